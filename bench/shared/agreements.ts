import type pg from "pg";
import { newId } from "#lib/platform/ids.ts";
import { hashSecret } from "#lib/platform/secrets.ts";

const AT = 1_790_000_000_000;
const FAR = 4_000_000_000_000;
const AGENCIES = 1_000;
const EVERY = 20;

/** What was decided of each pair, and what was last measured of it. */
const plantActs = async (admin: pg.Client): Promise<void> => {
  const acts = [
    ["request", "home", "ha", "uuidv7()", "true"],
    ["endorse", "home", "ha", "hp", "stage <> 'requested'"],
    ["accept", "partner", "pa", "pp", "stage = 'agreed'"],
  ] as const;
  for (const [at, [kind, side, agency, person, when]] of acts.entries())
    await admin.query(`INSERT INTO decision (id, agreement_id, number, digest, side, agency_id, kind, person_id, at)
      SELECT uuidv7(), id, 1, digest, '${side}', ${agency}, '${kind}', ${person}, ${AT + at} + i FROM pair WHERE ${when}`);
  for (const [from, to] of [
    ["hs", "ps"],
    ["ps", "hs"],
  ])
    await admin.query(`INSERT INTO evidence (from_server_id, to_server_id, station, state, version, detail, at)
      SELECT ${from}, ${to}, s, 'reached', 1, '{}', ${AT} FROM pair, unnest(ARRAY['stored', 'effective', 'observed']) s
      WHERE stage = 'agreed' ON CONFLICT DO NOTHING`);
};

/**
 * So many agreements between a thousand agencies, spread evenly, of which every twentieth is only asked for and every
 * twentieth offered; what was measured of each pair; and an approver of one agency who is signed in.
 *
 * @returns the approver's session secret
 */
export const plantAgreements = async (admin: pg.Client, agreements: number): Promise<string> => {
  // Rows as the product writes them, but in bulk: triggers and keys would check what is made right here.
  await admin.query("SET session_replication_role = replica");
  await admin.query(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at)
     VALUES ('bench.tillit.example', 'Bench', 'test', 1, '', 'probe.tillit.example', $1)`,
    [AT],
  );
  await admin.query(
    `CREATE TEMP TABLE member AS SELECT n, uuidv7() AS agency, uuidv7() AS server, uuidv7() AS person FROM generate_series(0, ${AGENCIES - 1}) n`,
  );
  await admin.query(`INSERT INTO agency (id, name_sv, name_en, scheme, identifier, member_class, country, state, created_at)
    SELECT agency, 'Verket ' || n, 'Agency ' || n, 'other', 'm' || n, 'state_agency', 'SE', 'active', ${AT} FROM member`);
  await admin.query(`INSERT INTO homeserver (id, server_name, platform, mode, identity_state, created_at)
    SELECT server, 'chat.m' || n || '.example', 'synapse', 'enforce', 'pinned', ${AT} FROM member`);
  await admin.query(`INSERT INTO homeserver_agency (homeserver_id, agency_id) SELECT server, agency FROM member`);
  await admin.query(
    `INSERT INTO person (id, pseudonym, locale, created_at) SELECT person, person, 'sv', ${AT} FROM member`,
  );
  await admin.query(`INSERT INTO person_name (person_id, name) SELECT person, 'Person ' || n FROM member`);
  // Pairs: each agency with the next 1, 2, 3 … around the circle.
  await admin.query(`CREATE TEMP TABLE pair AS SELECT i, uuidv7() AS id, h.agency AS ha, h.server AS hs, h.person AS hp,
      p.agency AS pa, p.server AS ps, p.person AS pp, h.n AS hn, p.n AS pn,
      CASE i % ${EVERY} WHEN 0 THEN 'requested' WHEN 1 THEN 'offered' ELSE 'agreed' END AS stage,
      'sha256:' || rtrim(translate(encode(sha256(i::text::bytea), 'base64'), '+/', '-_'), '=') AS digest
    FROM generate_series(0, ${agreements - 1}) i
    JOIN member h ON h.n = i % ${AGENCIES}
    JOIN member p ON p.n = (i % ${AGENCIES} + 1 + i / ${AGENCIES}) % ${AGENCIES}`);
  await admin.query(`INSERT INTO agreement (id, stage, created_at) SELECT id, stage, ${AT} + i FROM pair`);
  await admin.query(`INSERT INTO agreement_party (agreement_id, agency_id, side)
    SELECT id, ha, 'home' FROM pair UNION ALL SELECT id, pa, 'partner' FROM pair`);
  await admin.query(`INSERT INTO agreement_server (agreement_id, number, homeserver_id, side)
    SELECT id, 1, hs, 'home' FROM pair UNION ALL SELECT id, 1, ps, 'partner' FROM pair`);
  await admin.query(`INSERT INTO agreement_version (id, agreement_id, number, terms, digest, created_by, at)
    SELECT uuidv7(), id, 1, jsonb_build_object('type', 'tillit.terms.v1', 'federation', 'bench.tillit.example',
      'purpose', 'Samverkan om ärende ' || i, 'end', ${FAR}::bigint,
      'parties', jsonb_build_object('home', jsonb_build_array('other:m' || hn), 'partner', jsonb_build_array('other:m' || pn)),
      'servers', jsonb_build_object('home', jsonb_build_array('chat.m' || hn || '.example'),
        'partner', jsonb_build_array('chat.m' || pn || '.example')))::text, digest, hp, ${AT} FROM pair`);
  await plantActs(admin);
  const secret = newId().replaceAll("-", "") + newId().replaceAll("-", "");
  await admin.query(`INSERT INTO membership (id, person_id, agency_id, role, state, created_at)
    SELECT uuidv7(), person, agency, 'approver', 'active', ${AT} FROM member`);
  await admin.query(
    `INSERT INTO session (token_hash, person_id, method, created_at, expires_at)
     SELECT $1, person, 'link', ${AT}, ${FAR} FROM member WHERE n = 0`,
    [hashSecret(secret)],
  );
  await admin.query("SET session_replication_role = DEFAULT");
  await admin.query("VACUUM ANALYZE");
  return secret;
};
