import type pg from "pg";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { termsDocument } from "#lib/domain/trust.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";

const FEDERATION = "bench.tillit.example";
const AT = 1_790_000_000_000;

const serverName = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return name.value;
};

type Member = { readonly agency: string; readonly server: string; readonly name: ServerName };

const addMembers = async (owner: pg.Client, from: number, count: number): Promise<readonly Member[]> => {
  const members = Array.from({ length: count }, (_, at) => ({
    agency: newId(),
    server: newId(),
    name: serverName(`chat.m${from + at}.example`),
  }));
  const columns = [
    members.map(({ agency }) => agency),
    members.map(({ server }) => server),
    members.map(({ name }) => name),
  ];
  await owner.query(
    `INSERT INTO agency (id, name_sv, name_en, scheme, identifier, member_class, country, state, created_at)
     SELECT a, n, n, 'other', n, 'state_agency', 'SE', 'active', $4 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t(a, s, n)`,
    [...columns, AT],
  );
  await owner.query(
    `INSERT INTO homeserver (id, server_name, platform, mode, identity_state, created_at)
     SELECT s, n, 'synapse', 'enforce', 'pinned', $4 FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t(a, s, n)`,
    [...columns, AT],
  );
  await owner.query(
    `INSERT INTO homeserver_agency (homeserver_id, agency_id) SELECT s, a FROM unnest($1::uuid[], $2::uuid[]) AS t(a, s)`,
    columns.slice(0, 2),
  );
  return members;
};

const agree = async (owner: pg.Client, home: Member, partner: Member): Promise<void> => {
  const terms = canonicalJson(
    termsDocument(FEDERATION, {
      purpose: "bench",
      parties: { home: [`other:${home.name}`], partner: [`other:${partner.name}`] },
      servers: { home: [home.name], partner: [partner.name] },
    }),
  );
  const [id, digest] = [newId(), digestOfBytes(terms)];
  await owner.query(`INSERT INTO agreement (id, stage, created_at) VALUES ($1, 'agreed', $2)`, [id, AT]);
  await owner.query(
    `INSERT INTO agreement_version (id, agreement_id, number, terms, digest, created_by, at) VALUES ($1,$2,1,$3,$4,$5,$6)`,
    [newId(), id, terms, digest, newId(), AT],
  );
  for (const [member, side] of [
    [home, "home"],
    [partner, "partner"],
  ] as const) {
    await owner.query(`INSERT INTO agreement_party VALUES ($1, $2, $3)`, [id, member.agency, side]);
    await owner.query(`INSERT INTO agreement_server VALUES ($1, 1, $2, $3)`, [id, member.server, side]);
  }
  for (const [kind, member, side] of [
    ["request", home, "home"],
    ["endorse", home, "home"],
    ["accept", partner, "partner"],
  ] as const)
    await owner.query(
      `INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at)
       VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8)`,
      [newId(), id, digest, side, member.agency, kind, newId(), AT],
    );
};

/** A federation in which one server has agreements with 40 others; `grow` adds members with agreements among themselves. */
export const plantFederation = async (owner: pg.Client, agreements: number) => {
  await owner.query(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at)
     VALUES ($1, 'Bench', 'test', 1, '', 'probe.tillit.example', $2)`,
    [FEDERATION, AT],
  );
  const members = await addMembers(owner, 0, agreements + 1);
  const [self, ...others] = members;
  if (self === undefined) throw new Error("nobody");
  for (const other of others) await agree(owner, self, other);
  let count = members.length;
  return {
    homeserver: self.server,
    grow: async (by: number): Promise<void> => {
      const added = await addMembers(owner, count, by);
      count += by;
      for (let at = 0; at + 1 < added.length; at += 2) {
        const [one, two] = [added[at], added[at + 1]];
        if (one !== undefined && two !== undefined) await agree(owner, one, two);
      }
    },
  };
};
