import pg from "pg";
import { RequestTrust } from "#lib/contracts/trust.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { holdForKeyChange } from "#lib/data/discovery.ts";
import { wakeReconciler } from "#lib/data/jobs.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf, parsePublicId, toPublicId } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { ELSEWHERE, OFFICERS, PLACES, PLOTS, type Place, type Plot } from "./plots.ts";
import { seedAgencies } from "./seeds.ts";

// A process of its own: the people's acts run under the web's role and the hold under the worker's, as they do in the
// product, so that what they leave (decisions, audit rows, wake-ups) is what it would have been.

const owner = new pg.Client({ connectionString: settings().databaseUrlOwner });
const agencies = new Map<Place, AgencyId>();

const findAgencies = async (): Promise<void> => {
  const seeds = seedAgencies(12);
  for (const [key, place] of Object.entries(PLACES)) {
    const { rows } = await owner.query<{ id: string }>(
      "SELECT id::text FROM agency WHERE scheme = 'orgnr' AND identifier = $1",
      [seeds[place]?.identifier],
    );
    agencies.set(key as Place, idOf("agy", rows[0]?.id ?? ""));
  }
};

const serverNameOf = (place: Place): string => {
  const [contact] = seedAgencies(12)[PLACES[place]]?.contacts ?? [];
  return `chat.${contact?.email.split("@")[1] ?? `${place}.example`}`;
};

/** The homeserver as its agency has entered it: a platform that the portal does not drive, its key as once seen. */
const putServer = async (place: Place, agency: AgencyId): Promise<void> => {
  const [id, now] = [newId(), systemClock.now()];
  const put = await owner.query(
    `INSERT INTO homeserver (id, server_name, platform, mode, identity_state, version, created_at)
     VALUES ($1, $2, 'other', 'observe', 'pinned', 1, $3) ON CONFLICT DO NOTHING`,
    [id, serverNameOf(place), now],
  );
  if (put.rowCount === 0) return;
  await owner.query("INSERT INTO homeserver_agency VALUES ($1, $2)", [id, agency]);
  await owner.query(
    "INSERT INTO homeserver_key (homeserver_id, key_id, key, valid_until, pinned_at) VALUES ($1, 'ed25519:1', $2, $3, $4)",
    [id, newKeyPair().publicKey, now + 365 * DAY, now],
  );
};

const putOfficer = async (agency: AgencyId, role: string, name: string): Promise<void> => {
  const { rowCount } = await owner.query("SELECT 1 FROM membership WHERE agency_id = $1 AND role = $2", [agency, role]);
  if (rowCount !== 0) return;
  const [id, now] = [newId(), systemClock.now()];
  const person = "INSERT INTO person (id, pseudonym, locale, created_at) VALUES ($1, $2, 'sv', $3)";
  await owner.query(person, [id, newId(), now]);
  await owner.query("INSERT INTO person_name (person_id, name) VALUES ($1, $2)", [id, name]);
  await owner.query(
    "INSERT INTO membership (id, person_id, agency_id, role, state, created_at) VALUES ($1, $2, $3, $4, 'active', $5)",
    [newId(), id, agency, role, now],
  );
};

const actorOf = async (place: Place, role: "administrator" | "approver"): Promise<Actor> => {
  const agency = agencies.get(place);
  const { rows } = await owner.query<{ id: string; pseudonym: string }>(
    `SELECT p.id::text, p.pseudonym FROM person p JOIN membership m ON m.person_id = p.id
     WHERE m.agency_id = $1 AND m.role = $2 ORDER BY p.id LIMIT 1`,
    [agency, role],
  );
  const [found] = rows;
  if (found === undefined || agency === undefined) throw new Error(`${place} has no ${role}`);
  return {
    person: idOf("per", found.id),
    pseudonym: found.pseudonym,
    memberships: [{ role, agency }],
    credential: { kind: "oidc", issuer: "https://demo.example", acr: undefined },
    locale: "sv",
    traceId: newTraceId(),
  };
};

const publicAgency = (place: Place): string => {
  const id = agencies.get(place);
  if (id === undefined) throw new Error(`no agency ${place}`);
  return toPublicId("agy", id);
};

/** The partner's homeserver shows a key that no pinned one has signed: what the worker does when it sees that. */
const showForeignKey = async (place: Place): Promise<void> => {
  const { rows } = await owner.query<{ id: string; key: string }>(
    `SELECT h.id::text, k.key FROM homeserver h JOIN homeserver_key k ON k.homeserver_id = h.id WHERE h.server_name = $1`,
    [serverNameOf(place)],
  );
  const [server] = rows;
  if (server === undefined) return;
  const found = {
    before: { "ed25519:1": server.key },
    after: { "ed25519:2": newKeyPair().publicKey },
    at: systemClock.now(),
  };
  await asWorker(async (tx) => {
    const held = await holdForKeyChange(tx, server.id, found);
    const agency = agencies.get(place);
    const details = { before: Object.keys(found.before), after: Object.keys(found.after) };
    const subject = toPublicId("hs", idOf("hs", server.id));
    const agencyIds = agency === undefined ? [] : [agency];
    await appendAudit(tx, { kind: "homeserver.identity_changed", subject, agencyIds, details });
    await wakeReconciler(
      tx,
      held.map((id) => idOf("hs", id)),
      newTraceId(),
    );
    return ok(undefined);
  });
};

const act = async (plot: Plot): Promise<void> => {
  const wish = RequestTrust.parse({
    as: publicAgency(plot.home),
    partner: publicAgency(plot.partner),
    purpose: plot.purpose,
    ...(plot.legalBasis === undefined ? {} : { legalBasis: plot.legalBasis }),
    ...(plot.endsIn === undefined ? {} : { end: systemClock.now() + plot.endsIn * DAY }),
  });
  const asked = await requestTrust(await actorOf(plot.home, "administrator"), wish);
  if (!asked.ok) throw new Error(`${plot.home} → ${plot.partner}: ${asked.error.code}`);
  const id = parsePublicId("agr", asked.value.id);
  let seen = asked.value;
  for (const { by, ...move } of plot.acts) {
    const as = agencies.get(plot[by]);
    if (!id.ok || as === undefined) throw new Error("no such agreement");
    const actor = await actorOf(plot[by], "approver");
    const done = await decideTrust(actor, {
      ...move,
      as,
      id: id.value,
      digest: seen.digest ?? "",
      version: seen.version,
    });
    if (!done.ok) throw new Error(`${plot.home} → ${plot.partner}, ${move.move}: ${done.error.code}`);
    seen = done.value;
  }
  if (plot.held === true) await showForeignKey(plot.partner);
};

/** Whether the two already have something between them, from an earlier start. */
const isThere = async ({ home, partner }: Plot): Promise<boolean> => {
  const { rowCount } = await owner.query(
    `SELECT 1 FROM agreement_party a JOIN agreement_party b USING (agreement_id) WHERE a.agency_id = $1 AND b.agency_id = $2`,
    [agencies.get(home), agencies.get(partner)],
  );
  return rowCount !== 0;
};

await owner.connect();
await findAgencies();
for (const place of ELSEWHERE) {
  const agency = agencies.get(place);
  if (agency === undefined) continue;
  await putServer(place, agency);
  const [administrator, approver] = OFFICERS[place];
  await putOfficer(agency, "administrator", administrator);
  await putOfficer(agency, "approver", approver);
}
for (const plot of PLOTS) if (!(await isThere(plot))) await act(plot);
await owner.end();
process.exit(0);
