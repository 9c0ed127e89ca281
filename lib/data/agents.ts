import { z } from "zod";
import { type EnforcementPointId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant, MINUTE } from "#lib/domain/instant.ts";
import { atomically } from "./atomic.ts";
import type { Tx } from "./client.ts";

const maybe = <T extends z.ZodType>(form: T) => form.nullable().transform((value) => value ?? undefined);
const at = z.int().transform(instant);
const homeserverId = z.string().transform((id) => idOf("hs", id));
const agencyId = z.string().transform((id) => idOf("agy", id));

/** Runs one transaction of the web role as an enforcement point: it sees itself, its server and what is signed for it. */
export const asPoint = <T>(point: EnforcementPointId, traceId: string, run: (tx: Tx) => Promise<T>): Promise<T> =>
  atomically("web", async (tx) => {
    await tx.$executeRaw`select set_config('app.enforcement_point', ${point}, true), set_config('app.trace_id', ${traceId}, true)`;
    return run(tx);
  });

/** Runs one transaction of the web role that sees nothing but the enrolment code of that hash. */
export const asEnrolling = <T>(codeHash: string, traceId: string, run: (tx: Tx) => Promise<T>): Promise<T> =>
  atomically("web", async (tx) => {
    await tx.$executeRaw`select set_config('app.enrolment', ${codeHash}, true), set_config('app.trace_id', ${traceId}, true)`;
    return run(tx);
  });

/** From here on the transaction acts as that enforcement point too. */
export const alsoAsPoint = async (tx: Tx, point: EnforcementPointId): Promise<void> => {
  await tx.$executeRaw`select set_config('app.enforcement_point', ${point}, true)`;
};

const agent = z.object({
  keyId: z.string(),
  key: z.string(),
  software: z.string(),
  enrolledAt: at,
  pulledAt: maybe(at),
  clockOff: maybe(z.int()),
  refusedAt: maybe(at),
  boot: maybe(z.string()),
  endedBoots: z.array(z.string()),
  doubledAt: maybe(at),
  lastSequence: z.int(),
  receipt: maybe(z.string()),
  receiptAt: maybe(at),
});
/** The program that asks for a server's list: the key that it enrolled with, and what it last said. Times in ms. */
export type Agent = z.output<typeof agent>;

const AGENT = `jsonb_build_object('keyId', key_id, 'key', key, 'software', software, 'enrolledAt', enrolled_at,
  'pulledAt', pulled_at, 'clockOff', clock_off_ms, 'refusedAt', refused_at, 'boot', boot, 'endedBoots', ended_boots,
  'doubledAt', doubled_at, 'lastSequence', last_sequence, 'receipt', receipt_bytes, 'receiptAt', receipt_at)`;

const readAgent = async (tx: Tx, point: string, lock: string): Promise<Agent | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ agent: unknown }[]>(
    `SELECT ${AGENT} AS agent FROM agent WHERE enforcement_point_id = $1::uuid ${lock}`,
    point,
  );
  return row === undefined ? undefined : agent.parse(row.agent);
};

/** The agent of an enforcement point; undefined where none has enrolled, or may be read. */
export const getAgent = (tx: Tx, point: string): Promise<Agent | undefined> => readAgent(tx, point, "");

/** The same under the row's lock: receipts are judged one after the other. */
export const lockAgent = (tx: Tx, point: string): Promise<Agent | undefined> => readAgent(tx, point, "FOR UPDATE");

const place = z.object({
  federation: z.string(),
  audience: z.string(),
  kind: z.string(),
  homeserver: homeserverId,
  agencies: z.array(agencyId),
  /** The server's own pinned keys, id to key: what runs inside it signs with these, and needs not enrol. */
  pinned: z.record(z.string(), z.string()),
});
/** Where an enforcement point stands. */
export type PointPlace = z.output<typeof place>;

/** Where the enforcement point stands for which the transaction acts; undefined where there is none. */
export const placeOf = async (tx: Tx, point: EnforcementPointId): Promise<PointPlace | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ place: unknown }[]>(
    `SELECT jsonb_build_object('federation', f.id, 'audience', h.server_name, 'kind', e.kind, 'homeserver', h.id,
       'agencies', (SELECT coalesce(jsonb_agg(a.agency_id ORDER BY a.agency_id), '[]') FROM homeserver_agency a
         WHERE a.homeserver_id = h.id),
       'pinned', (SELECT coalesce(jsonb_object_agg(k.key_id, k.key), '{}') FROM homeserver_key k
         WHERE k.homeserver_id = h.id AND k.superseded_at IS NULL)) AS place
     FROM enforcement_point e JOIN homeserver h ON h.id = e.homeserver_id, federation f WHERE e.id = $1::uuid`,
    point,
  );
  return row === undefined ? undefined : place.parse(row.place);
};

const NONCE_KEPT = 2 * MINUTE;

/** Uses up a nonce; false where it was used before. Those of requests that are too old by now are forgotten. */
export const useNonce = async (tx: Tx, point: EnforcementPointId, nonce: string, now: Instant): Promise<boolean> => {
  await tx.$executeRawUnsafe(
    `DELETE FROM agent_nonce WHERE enforcement_point_id = $1::uuid AND at < $2::bigint`,
    point,
    now - NONCE_KEPT,
  );
  const added = await tx.$executeRawUnsafe(
    `INSERT INTO agent_nonce (enforcement_point_id, nonce, at) VALUES ($1::uuid, $2, $3::bigint) ON CONFLICT DO NOTHING`,
    point,
    nonce,
    now,
  );
  return added === 1;
};

/** Notes that the agent asked in time. */
export const notePull = async (tx: Tx, point: EnforcementPointId, now: Instant): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE agent SET pulled_at = $2::bigint, clock_off_ms = NULL, refused_at = NULL WHERE enforcement_point_id = $1::uuid`,
    point,
    now,
  );
};

/** Notes that the agent was refused for its clock, and by how much that is off (ms; positive: ahead). */
export const noteClock = async (tx: Tx, point: EnforcementPointId, off: number, now: Instant): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE agent SET clock_off_ms = $2::bigint, refused_at = $3::bigint WHERE enforcement_point_id = $1::uuid`,
    point,
    off,
    now,
  );
};

const BOOTS_KEPT = 16;

export type Heard = {
  readonly point: EnforcementPointId;
  readonly boot: string;
  readonly sequence: number;
  readonly bytes: string;
  readonly software: string;
  readonly at: Instant;
};

/** Keeps a verified receipt as what the agent last said. A run that comes back after another's word is a second program. */
export const noteReceipt = async (tx: Tx, held: Agent, heard: Heard): Promise<void> => {
  const changed = held.boot !== undefined && held.boot !== heard.boot;
  const ended =
    changed && held.boot !== undefined ? [held.boot, ...held.endedBoots].slice(0, BOOTS_KEPT) : held.endedBoots;
  const doubled = changed && held.endedBoots.includes(heard.boot) ? heard.at : (held.doubledAt ?? null);
  await tx.$executeRawUnsafe(
    `UPDATE agent SET boot = $2, ended_boots = $3::jsonb, doubled_at = $4::bigint, last_sequence = $5::bigint,
       receipt_bytes = $6, receipt_at = $7::bigint, software = $8, clock_off_ms = NULL, refused_at = NULL
     WHERE enforcement_point_id = $1::uuid`,
    heard.point,
    heard.boot,
    JSON.stringify(ended),
    doubled,
    heard.sequence,
    heard.bytes,
    heard.at,
    heard.software,
  );
};

export type EnrolmentCode = {
  readonly id: string;
  readonly point: EnforcementPointId;
  readonly codeHash: string;
  readonly madeBy: PersonId;
  readonly at: Instant;
  readonly expiresAt: Instant;
};

/** Puts a new code in the place of those that nobody has used. */
export const putEnrolmentCode = async (tx: Tx, code: EnrolmentCode): Promise<void> => {
  await tx.$executeRawUnsafe(
    `DELETE FROM enrolment_code WHERE enforcement_point_id = $1::uuid AND used_at IS NULL`,
    code.point,
  );
  await tx.$executeRawUnsafe(
    `INSERT INTO enrolment_code (id, enforcement_point_id, code_hash, made_by, at, expires_at)
     VALUES ($1::uuid, $2::uuid, $3, $4::uuid, $5::bigint, $6::bigint)`,
    code.id,
    code.point,
    code.codeHash,
    code.madeBy,
    code.at,
    code.expiresAt,
  );
};

/** When the code runs out that was made last and that nobody has used; undefined for none that still holds. */
export const openCodeUntil = async (tx: Tx, point: string, now: Instant): Promise<Instant | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ until: bigint }[]>(
    `SELECT expires_at AS until FROM enrolment_code WHERE enforcement_point_id = $1::uuid AND used_at IS NULL
       AND expires_at > $2::bigint ORDER BY expires_at DESC LIMIT 1`,
    point,
    now,
  );
  return row === undefined ? undefined : instant(Number(row.until));
};

/** What becomes of a code that was shown: taken, or why it is not. */
export type TakenCode = { readonly point: EnforcementPointId; readonly state: "taken" | "used" | "expired" };

/** Uses up the code that the transaction was opened with; undefined where there is no such code. One caller alone takes it. */
export const takeCode = async (tx: Tx, codeHash: string, now: Instant): Promise<TakenCode | undefined> => {
  const taken = await tx.$executeRawUnsafe(
    `UPDATE enrolment_code SET used_at = $2::bigint WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2::bigint`,
    codeHash,
    now,
  );
  const [row] = await tx.$queryRawUnsafe<{ point: string; used: boolean }[]>(
    `SELECT enforcement_point_id::text AS point, used_at IS NOT NULL AS used FROM enrolment_code WHERE code_hash = $1`,
    codeHash,
  );
  if (row === undefined) return undefined;
  return { point: idOf("ep", row.point), state: taken === 1 ? "taken" : row.used ? "used" : "expired" };
};

/** Puts an agent in the place of any before it: its key alone is believed from now on. */
export const enrolAgent = async (
  tx: Tx,
  point: EnforcementPointId,
  { keyId, key, software }: Pick<Agent, "keyId" | "key" | "software">,
  now: Instant,
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO agent (enforcement_point_id, key_id, key, software, enrolled_at) VALUES ($1::uuid, $2, $3, $4, $5::bigint)
     ON CONFLICT (enforcement_point_id) DO UPDATE SET key_id = excluded.key_id, key = excluded.key,
       software = excluded.software, enrolled_at = excluded.enrolled_at, pulled_at = NULL, clock_off_ms = NULL,
       refused_at = NULL, boot = NULL, ended_boots = '[]', doubled_at = NULL, last_sequence = 0, receipt_bytes = NULL,
       receipt_at = NULL`,
    point,
    keyId,
    key,
    software,
    now,
  );
};

/** Forgets an agent and what it could enrol with: its key opens nothing any more. */
export const forgetAgent = async (tx: Tx, point: string): Promise<void> => {
  await tx.$executeRawUnsafe(`DELETE FROM enrolment_code WHERE enforcement_point_id = $1::uuid`, point);
  await tx.$executeRawUnsafe(`DELETE FROM agent WHERE enforcement_point_id = $1::uuid`, point);
};

const newest = z.object({
  keyset: maybe(z.object({ epoch: z.int(), version: z.int(), bytes: z.string() })),
  list: maybe(z.object({ epoch: z.int(), version: z.int(), bytes: z.string(), renewal: maybe(z.string()) })),
});
/** What is signed for a server now. */
export type Newest = z.output<typeof newest>;

/** The newest keyset, and the list in force of that server with its renewal. */
export const newestDocuments = async (tx: Tx, homeserver: HomeserverId): Promise<Newest> => {
  const [row] = await tx.$queryRawUnsafe<{ found: unknown }[]>(
    `SELECT jsonb_build_object(
       'keyset', (SELECT jsonb_build_object('epoch', epoch, 'version', version, 'bytes', bytes) FROM signed_document
         WHERE kind = 'keyset' ORDER BY epoch DESC, version DESC LIMIT 1),
       'list', (SELECT jsonb_build_object('epoch', d.epoch, 'version', d.version, 'bytes', d.bytes,
           'renewal', l.renewal_bytes)
         FROM list_head l JOIN signed_document d ON d.homeserver_id = l.homeserver_id AND d.kind = 'list'
           AND d.epoch = l.epoch AND d.version = l.version
         WHERE l.homeserver_id = $1::uuid LIMIT 1)) AS found`,
    homeserver,
  );
  return newest.parse(row?.found ?? { keyset: null, list: null });
};

/** The bytes of the list of that digest that was signed for the server; undefined where none was. */
export const listOfDigest = async (tx: Tx, homeserver: string, digest: string): Promise<string | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ bytes: string }[]>(
    `SELECT bytes FROM signed_document WHERE homeserver_id = $1::uuid AND kind = 'list' AND digest = $2
     ORDER BY epoch DESC, version DESC LIMIT 1`,
    homeserver,
    digest,
  );
  return row?.bytes;
};
