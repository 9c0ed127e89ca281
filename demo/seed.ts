import pg from "pg";
import { idOf } from "#lib/domain/ids.ts";
import { newId } from "#lib/platform/ids.ts";
import { agencyOf, FEDERATION } from "./agencies.ts";
import { type DemoPerson, type MemberKey, PEOPLE } from "./people.ts";
import { type SeedAgency, seedAgencies } from "./seeds.ts";

/** What the seed made (or found): ids as the API writes them. */
export type Seeded = { readonly agencies: Readonly<Record<MemberKey, string>> };

export type SeedWish = {
  readonly ownerUrl: string;
  readonly issuer: string;
  readonly count: number;
  readonly now: number;
};

const OPERATOR = "Statens driftcentral";

const putFederation = (client: pg.Client, now: number) =>
  client.query(
    `INSERT INTO federation (id, name, environment, epoch, terms, probe_name, created_at, version)
     VALUES ($1, $2, 'demo', 1, $3, $4, $5, 1) ON CONFLICT (id) DO NOTHING`,
    [FEDERATION.id, FEDERATION.name, FEDERATION.terms, FEDERATION.probeName, now],
  );

/** Many rows in one statement: ten thousand agencies in a second. */
const putAgencies = async (client: pg.Client, agencies: readonly SeedAgency[], now: number): Promise<void> => {
  const rows = agencies.map((agency) => ({ ...agency, id: newId() }));
  await client.query(
    `INSERT INTO agency (id, name_sv, name_en, scheme, identifier, member_class, country, state, approvers_required, version, created_at)
     SELECT a.id, a."nameSv", a."nameEn", a.scheme, a.identifier, a."memberClass", a.country, a.state, 1, 1, $2
     FROM jsonb_to_recordset($1::jsonb) AS a(id uuid, "nameSv" text, "nameEn" text, scheme text, identifier text,
       "memberClass" text, country text, state text)`,
    [JSON.stringify(rows), now],
  );
  const contacts = rows.flatMap(({ id, contacts: own }) => own.map((each) => ({ ...each, id: newId(), agency: id })));
  await client.query(
    `INSERT INTO agency_contact (id, agency_id, kind, name, email)
     SELECT c.id, c.agency, c.kind, c.name, c.email
     FROM jsonb_to_recordset($1::jsonb) AS c(id uuid, agency uuid, kind text, name text, email text)`,
    [JSON.stringify(contacts)],
  );
};

const agencyIds = async (client: pg.Client): Promise<Readonly<Record<MemberKey, string>>> => {
  const found = async (key: MemberKey): Promise<string> => {
    const { identifier } = agencyOf(key);
    const { rows } = await client.query<{ id: string }>(
      "SELECT id::text FROM agency WHERE scheme = 'orgnr' AND identifier = $1",
      [identifier],
    );
    return idOf("agy", rows[0]?.id ?? "");
  };
  return { fv: await found("fv"), ts: await found("ts"), alv: await found("alv") };
};

const putPerson = async (
  client: pg.Client,
  { name, subject, role, agency }: DemoPerson,
  places: { readonly agencies: Readonly<Record<MemberKey, string>>; readonly operator: string },
  { issuer, now }: SeedWish,
): Promise<void> => {
  const person = newId();
  await client.query("INSERT INTO person (id, pseudonym, locale, created_at) VALUES ($1, $2, 'sv', $3)", [
    person,
    newId(),
    now,
  ]);
  await client.query("INSERT INTO person_name (person_id, name, email) VALUES ($1, $2, $3)", [
    person,
    name,
    `${subject}@${agency ?? "federation"}.example`,
  ]);
  await client.query("INSERT INTO identity (issuer, subject, person_id) VALUES ($1, $2, $3)", [
    issuer,
    subject,
    person,
  ]);
  await client.query(
    "INSERT INTO membership (id, person_id, agency_id, operator_id, role, state, created_at) VALUES ($1, $2, $3, $4, $5, 'active', $6)",
    [
      newId(),
      person,
      agency === undefined ? null : places.agencies[agency],
      role === "operator" ? places.operator : null,
      role,
      now,
    ],
  );
};

const putPeople = async (client: pg.Client, wish: SeedWish, agencies: Seeded["agencies"]): Promise<void> => {
  const operator = newId();
  await client.query("INSERT INTO operator (id, name, created_at) VALUES ($1, $2, $3)", [operator, OPERATOR, wish.now]);
  for (const person of PEOPLE) await putPerson(client, person, { agencies, operator }, wish);
};

/** An older demo knew fewer agencies that have people. Who was erased since from one that has some stays erased. */
const putNewcomers = async (client: pg.Client, wish: SeedWish, agencies: Seeded["agencies"]): Promise<void> => {
  const { rows } = await client.query<{ id: string }>("SELECT DISTINCT agency_id::text AS id FROM membership");
  const peopled = new Set(rows.map(({ id }) => id));
  for (const person of PEOPLE)
    if (person.agency !== undefined && !peopled.has(agencies[person.agency]))
      await putPerson(client, person, { agencies, operator: "" }, wish);
};

/**
 * Fills an empty database with the demo's federation, agencies and people. A seeded one is left as it is, but for the
 * provider's address, which moves with its port. The homeservers that run are not seeded: they are added through the API, so that everything shown about them was measured. What else there is to see comes from `seed-plots.ts`.
 */
export const seed = async (wish: SeedWish): Promise<Seeded> => {
  const client = new pg.Client({ connectionString: wish.ownerUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<{ n: string }>("SELECT count(*)::text AS n FROM agency");
    if (rows[0]?.n === "0") {
      await putFederation(client, wish.now);
      await putAgencies(client, seedAgencies(wish.count), wish.now);
      await putPeople(client, wish, await agencyIds(client));
    } else {
      await client.query("UPDATE identity SET issuer = $1 WHERE subject = ANY($2)", [
        wish.issuer,
        PEOPLE.map(({ subject }) => subject),
      ]);
      await putNewcomers(client, wish, await agencyIds(client));
    }
    const agencies = await agencyIds(client);
    await client.query("COMMIT");
    return { agencies: { fv: `agy_${agencies.fv}`, ts: `agy_${agencies.ts}`, alv: `agy_${agencies.alv}` } };
  } finally {
    await client.end();
  }
};
