import { setTimeout as sleep } from "node:timers/promises";
import { type Simulator, type SimulatorOptions, startSimulator } from "#lib/connectors/synapse/simulator.ts";
import type { RecordedAgreement } from "#lib/data/reconcile.ts";
import { DAY, type Instant, later } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Clock, movableClock } from "#lib/platform/clock.ts";
import type { Http, HttpFailureCode } from "#lib/platform/http.ts";
import { newId } from "#lib/platform/ids.ts";
import { makeKeyset, newKeyPair, type SigningKeys } from "#lib/signing/signing.ts";
import { newReach } from "./reach.ts";
import { FEDERATION, NOW, named } from "./scene.fixture.ts";

/** Runs one SQL statement as the owner of the tables. */
export type Sql = (query: string, values?: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

export type Member = {
  readonly id: string;
  readonly agency: string;
  readonly name: ServerName;
  readonly simulator: Simulator;
  readonly keyId: string;
  /** The homeserver's own key pair. */
  readonly key: { readonly keyId: string; readonly privateKey: string; readonly publicKey: string };
};

/** How a server misbehaves, when it does. */
export type Mischief = {
  fail?: HttpFailureCode;
  /** The change is applied, its answer is lost. */
  loseReplies?: boolean;
  slowMs?: number;
  /** Its federation listener lets everyone in. */
  open?: boolean;
  /** What its federation listener does, where it is not the simulator's. */
  lets?: (origin: ServerName) => boolean;
  body?: string;
};

const PROBE_NAME = "probe.tillit.example";
const ORIGIN = /origin="([^"]+)"/;
const answer = (status: number, text: string, url: string) =>
  ok({ status, headers: {}, body: new TextEncoder().encode(text), url });

const keysOf = (clock: Clock) => {
  const [root, list] = [newKeyPair(), newKeyPair()];
  const listKeys = { "ed25519:1": { key: list.publicKey, from: clock.now(), until: later(clock.now(), 300 * DAY) } };
  const content = { federation: FEDERATION, epoch: 1, serial: 1, issuedAt: clock.now(), listKeys };
  const keyset = makeKeyset(content, [{ keyId: "ed25519:root", privateKey: root.privateKey }]);
  const signer = { keyId: "ed25519:1", privateKey: list.privateKey };
  const keys: SigningKeys = { federation: FEDERATION, epoch: 1, signer, keyset };
  /** Keys in their place: a new list key, under the same root. */
  const next = (epoch: number, serial: number): SigningKeys => {
    const fresh = newKeyPair();
    const keyId = `ed25519:${epoch}-${serial}`;
    const listKeys = { [keyId]: { key: fresh.publicKey, from: clock.now(), until: later(clock.now(), 300 * DAY) } };
    const made = { federation: FEDERATION, epoch, serial, issuedAt: clock.now(), listKeys };
    const text = makeKeyset(made, [{ keyId: "ed25519:root", privateKey: root.privateKey }]);
    return { federation: FEDERATION, epoch, signer: { keyId, privateKey: fresh.privateKey }, keyset: text };
  };
  return { keys, next, root: root.publicKey };
};

/** A federation in a real database, whose homeservers are simulated under the real laws. */
export const newWorld = async (sql: Sql, start: Instant = NOW) => {
  const clock = movableClock(start);
  const { keys, next, root } = keysOf(clock);
  const members = new Map<string, Member>();
  const mischief = new Map<string, Mischief>();
  const puts: string[] = [];
  /** What a server answers of its rooms and paths, by its name; the others allow no such question. */
  const tells = new Map<string, NonNullable<SimulatorOptions["tells"]>>();
  await sql(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at, version)
     VALUES ($1, 'Test', 'test', 1, '', $2, $3, 1) ON CONFLICT DO NOTHING`,
    [FEDERATION, PROBE_NAME, NOW],
  );

  const http: Http = async (url, request = {}) => {
    const { hostname, pathname } = new URL(url);
    const member = members.get(hostname);
    const trouble = mischief.get(hostname) ?? {};
    if (trouble.slowMs !== undefined)
      await sleep(trouble.slowMs, undefined, request.signal === undefined ? {} : { signal: request.signal }).catch(
        () => undefined,
      );
    if (request.signal?.aborted === true) return err({ code: "aborted", detail: "given up" });
    if (trouble.fail !== undefined) return err({ code: trouble.fail, detail: trouble.fail });
    if (member === undefined) return err({ code: "dns", detail: hostname });
    if (trouble.body !== undefined) return answer(200, trouble.body, url);
    if (pathname === "/_matrix/federation/v1/version") {
      const origin = ORIGIN.exec(request.headers?.["authorization"] ?? "")?.[1] ?? "";
      if (trouble.open === true || (trouble.lets ?? member.simulator.lets)(named(origin)))
        return answer(401, `{"errcode":"M_UNAUTHORIZED","error":"Invalid signature"}`, url);
      return answer(403, `{"errcode":"M_FORBIDDEN","error":"Federation denied with ${origin}."}`, url);
    }
    if (request.method === "PUT") puts.push(`${hostname} ${pathname.split("/").at(-1)}`);
    const real = await member.simulator.http(url, request);
    return trouble.loseReplies === true ? err({ code: "timeout", detail: "the reply was lost" }) : real;
  };

  const addServer = async (label: string, mode: "observe" | "enforce" = "enforce"): Promise<Member> => {
    // What is recorded can never be removed, so each test has names of its own.
    const text = `${label}.${newId()}.example`;
    const [id, agency, name, own] = [newId(), newId(), named(text), newKeyPair()];
    const keyId = "ed25519:a";
    const simulator = startSimulator({
      pins: {
        federation: FEDERATION,
        audience: name,
        rootKeys: { "ed25519:root": root },
        rootKeysRequired: 1,
        lowestKeyset: { epoch: 1, serial: 1 },
        maxLife: 31 * DAY,
        requireConsents: false,
        consentKeys: {},
        beforeFirstList: "closed",
        observe: false,
      },
      serverKey: { keyId, privateKey: own.privateKey },
      clock,
      tells: (ask, about) => tells.get(name)?.(ask, about),
    });
    await sql(
      `INSERT INTO agency (id, name_sv, name_en, scheme, identifier, member_class, country, state, approvers_required,
         version, created_at) VALUES ($1, $2, $2, 'orgnr', $2, 'state_agency', 'SE', 'active', 1, 1, $3)`,
      [agency, text, NOW],
    );
    await sql(
      `INSERT INTO homeserver (id, server_name, platform, override_host, override_port, mode, identity_state, looked_at,
         version, created_at) VALUES ($1, $2, 'synapse', '127.0.0.1', 8448, $3, 'pinned', $4, 1, $5)`,
      [id, name, mode, NOW + 300 * DAY, NOW],
    );
    await sql(`INSERT INTO homeserver_agency VALUES ($1, $2)`, [id, agency]);
    await sql(
      `INSERT INTO homeserver_key (homeserver_id, key_id, key, valid_until, pinned_at) VALUES ($1,$2,$3,$4,$4)`,
      [id, keyId, own.publicKey, NOW],
    );
    await sql(
      `INSERT INTO enforcement_point (id, homeserver_id, agency_id, kind, mode, keys, last_sequence, instances, created_at)
       VALUES ($1, $2, $3, 'synapse_module', 'push', '{}', 0, '[]', $4)`,
      [newId(), id, agency, NOW],
    );
    const member = { id, agency, name, simulator, keyId, key: { keyId, ...own } };
    members.set(name, member);
    return member;
  };

  const decide = async (agreement: RecordedAgreement, kind: string, side: "home" | "partner" = "home") => {
    const party = agreement.parties.find((each) => each.side === side);
    await sql(
      `INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at)
       VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8)`,
      [newId(), agreement.id, agreement.digest, side, party?.agency, kind, newId(), clock.now()],
    );
    const stage = { revoke: "closed", undo: "closed" }[kind] ?? "agreed";
    await sql(`UPDATE agreement SET stage = $2, version = version + 1 WHERE id = $1`, [agreement.id, stage]);
  };

  /** Stores an agreement between two members as agreed, under their own agencies. */
  const agree = async (made: RecordedAgreement, home: Member, partner: Member): Promise<RecordedAgreement> => {
    const agreement = {
      ...made,
      parties: made.parties.map((party) => ({
        ...party,
        agency: (party.side === "home" ? home.agency : partner.agency) as typeof party.agency,
      })),
    };
    await sql(`INSERT INTO agreement (id, stage, created_at, version) VALUES ($1, 'agreed', $2, 1)`, [made.id, NOW]);
    await sql(
      `INSERT INTO agreement_version (id, agreement_id, number, terms, digest, created_by, at)
       VALUES ($1, $2, 1, $3, $4, $5, $6)`,
      [newId(), made.id, made.terms, made.digest, newId(), NOW],
    );
    for (const { agency, side } of agreement.parties) {
      const server = side === "home" ? home : partner;
      await sql(`INSERT INTO agreement_party VALUES ($1, $2, $3)`, [made.id, agency, side]);
      await sql(`INSERT INTO agreement_server VALUES ($1, 1, $2, $3)`, [made.id, server.id, side]);
    }
    await decide(agreement, "request");
    await decide(agreement, "endorse");
    await decide(agreement, "accept", "partner");
    return agreement;
  };

  const deps = { http, reach: newReach(http, clock), clock, keys, random: () => 0.5 };
  const headOf = async ({ id }: Member) => (await sql(`SELECT * FROM list_head WHERE homeserver_id = $1`, [id]))[0];
  const stations = async (from: Member, to: Member) =>
    Object.fromEntries(
      (
        await sql(`SELECT station, state, detail FROM evidence WHERE from_server_id = $1 AND to_server_id = $2`, [
          from.id,
          to.id,
        ])
      ).map(({ station, state, detail }) => [String(station), { state, ...Object(detail) }]),
    );
  return {
    clock,
    keys,
    next,
    root,
    http,
    deps,
    mischief,
    puts,
    tells,
    addServer,
    agree,
    decide,
    headOf,
    stations,
    sql,
  };
};
export type World = Awaited<ReturnType<typeof newWorld>>;
