import { z } from "zod";
import { MODES, ON_STALE } from "#lib/domain/directory.ts";
import { STOP_SCOPES } from "#lib/domain/emergency.ts";
import { idOf } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { DRIFT_KINDS, STATION_STATES } from "#lib/domain/statuses.ts";
import { MOVES, SIDES } from "#lib/domain/trust.ts";
import { evidenceDetail } from "./evidence.ts";
import { listHead } from "./lists.ts";
import type { Tx } from "./transaction.ts";

const name = z.string().transform((text, context): ServerName => {
  const parsed = parseServerName(text);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: "not a server name" });
  return z.NEVER;
});
const at = z.int().transform(instant);
const maybe = <T extends z.ZodType>(form: T) => form.nullable().transform((value) => value ?? undefined);
const homeserverId = z.string().transform((id) => idOf("hs", id));
const agencyId = z.string().transform((id) => idOf("agy", id));

const pinnedKey = z.object({ keyId: z.string(), key: z.string(), validUntil: at });
const override = z.object({ host: z.string(), port: z.int(), ca: z.string().nullable() });

const server = z.object({
  id: homeserverId,
  name,
  platform: z.string(),
  mode: z.enum(MODES),
  identityState: z.enum(["unknown", "pinned", "changed"]),
  managementUrl: maybe(z.string()),
  override: maybe(override),
  lookedAt: maybe(at),
  onStale: z.enum(ON_STALE),
  version: z.int(),
  agencies: z.array(agencyId),
  keys: z.array(pinnedKey),
});

const sealedCredential = z.object({
  id: z.string().transform((id) => idOf("crd", id)),
  agency: agencyId,
  keyId: z.string(),
  sealed: z.record(z.string(), z.string()),
});

const point = z.object({
  id: z.string(),
  kind: z.string(),
  mode: z.string(),
  baseUrl: maybe(z.string()),
  lastSequence: z.int(),
  /** Whether an agent has enrolled there. */
  enrolled: z.boolean(),
  /** The credential in use, sealed as it is stored. */
  credential: maybe(sealedCredential),
  /** A credential that was given and not yet tried. */
  candidate: maybe(sealedCredential),
});

const decision = z.object({
  id: z.string().transform((id) => idOf("dec", id)),
  kind: z.enum([...MOVES, "request", "hold", "amend", "leave", "part"]),
  side: z.enum(SIDES),
  agency: agencyId,
  person: maybe(z.string().transform((id) => idOf("per", id))),
  version: z.int(),
  digest: z.string(),
  rule: z.preprocess(
    (value) => value ?? undefined,
    z.object({ number: z.int(), owner: z.string().transform((id) => idOf("per", id)) }).optional(),
  ),
  at,
});

const agreement = z.object({
  id: z.string().transform((id) => idOf("agr", id)),
  version: z.int(),
  number: z.int(),
  terms: z.string(),
  digest: z.string(),
  parties: z.array(
    z.object({ agency: agencyId, side: z.enum(SIDES), approversRequired: z.union([z.literal(1), z.literal(2)]) }),
  ),
  decisions: z.array(decision),
});

const stop = z.object({
  agency: agencyId,
  scope: z.enum(STOP_SCOPES),
  exercise: z.boolean(),
  startedAt: at,
  confirmedAt: maybe(at),
});

const evidence = z.object({
  from: homeserverId,
  to: homeserverId,
  station: z.enum(["stored", "effective", "observed"]),
  state: z.enum(STATION_STATES),
  version: maybe(z.int()),
  detail: evidenceDetail,
  at,
});

const release = z.object({ kind: z.string(), digest: z.string(), at });
const drift = z.object({ name: z.string(), kind: z.enum(DRIFT_KINDS), at });

const consent = z.object({
  reason: z.string(),
  digest: z.string(),
  from: at,
  until: at,
  signer: z.string(),
  keyId: z.string(),
  signatures: z.array(z.object({ servers: z.tuple([name, name]), signature: z.string() })),
});

const picture = z.object({
  federation: z.object({ id: z.string(), epoch: z.int(), probeName: name }),
  server,
  point: maybe(point),
  head: listHead,
  list: maybe(z.string()),
  agreements: z.array(agreement),
  /** What agencies have signed of those agreements with keys of their own, oldest first. */
  consents: z.array(consent),
  /** Stops of parties of those agreements that nobody has lifted. */
  stops: z.array(stop),
  /** Parties of those agreements whose membership has ended. */
  left: z.array(agencyId),
  partners: z.array(server),
  evidence: z.array(evidence),
  releases: z.array(release),
  /** What was found otherwise than the list says, and still is as far as is known. */
  drift: z.array(drift),
  /** The plan that the brake holds, as last written, and since when. */
  held: maybe(z.object({ digest: z.string(), at })),
});

export type KnownServer = z.output<typeof server>;
export type EnforcementPoint = z.output<typeof point>;
export type RecordedAgreement = z.output<typeof agreement>;
export type RecordedEvidence = z.output<typeof evidence>;
export type RecordedConsent = z.output<typeof consent>;
export type Release = z.output<typeof release>;
/** All that one server's list depends on, as it stood at one moment. */
export type Picture = z.output<typeof picture>;

const SERVER = `jsonb_build_object('id', h.id, 'name', h.server_name, 'platform', h.platform, 'mode', h.mode,
  'identityState', h.identity_state, 'managementUrl', h.management_url, 'lookedAt', h.looked_at, 'version', h.version, 'onStale', h.on_stale,
  'override', CASE WHEN h.override_host IS NULL THEN NULL ELSE
    jsonb_build_object('host', h.override_host, 'port', h.override_port, 'ca', h.override_ca) END,
  'agencies', (SELECT coalesce(jsonb_agg(a.agency_id ORDER BY a.agency_id), '[]') FROM homeserver_agency a
    WHERE a.homeserver_id = h.id),
  'keys', (SELECT coalesce(jsonb_agg(jsonb_build_object('keyId', k.key_id, 'key', k.key, 'validUntil', k.valid_until)
    ORDER BY k.valid_until DESC, k.key_id), '[]') FROM homeserver_key k
    WHERE k.homeserver_id = h.id AND k.superseded_at IS NULL))`;

const AGREEMENT = `jsonb_build_object('id', g.id, 'version', g.version, 'number', v.number, 'terms', v.terms,
  'digest', v.digest,
  'parties', (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', p.agency_id, 'side', p.side,
    'approversRequired', p.approvers_required)), '[]')
    FROM agreement_party p WHERE p.agreement_id = g.id),
  'decisions', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'kind', d.kind, 'side', d.side,
    'agency', d.agency_id, 'person', d.person_id, 'version', d.number, 'digest', d.digest, 'at', d.at,
    'rule', CASE WHEN d.rule_id IS NULL THEN NULL ELSE jsonb_build_object('number', d.rule_number, 'owner', d.rule_owner) END)
    ORDER BY d.at, d.id), '[]') FROM decision d WHERE d.agreement_id = g.id))`;

const credentialIn = (state: string): string => `(SELECT jsonb_build_object('id', c.id, 'agency', c.agency_id,
  'keyId', c.key_id, 'sealed', c.sealed) FROM credential c
  WHERE c.enforcement_point_id = p.id AND c.kind = p.kind AND c.state = '${state}')`;

// One statement is one snapshot: nothing in it can be half of one decision and half of another. The ids are gathered
// into arrays so that each table is read by its index, however large the federation.
const PICTURE = `WITH self AS (SELECT * FROM homeserver WHERE id = $1::uuid),
head AS (SELECT * FROM list_head WHERE homeserver_id = $1::uuid),
list AS (SELECT d.bytes FROM signed_document d JOIN head ON d.homeserver_id = head.homeserver_id AND d.kind = 'list'
  AND d.epoch = head.epoch AND d.version = head.version LIMIT 1),
listed AS (SELECT DISTINCT substr(r->>'id', 5)::uuid AS id FROM list, jsonb_array_elements(list.bytes::jsonb->'allow') e,
  jsonb_array_elements(e->'reasons') r WHERE r->>'id' LIKE 'agr\\_%'),
concerned AS (SELECT DISTINCT s.agreement_id AS id FROM agreement_server s JOIN agreement g ON g.id = s.agreement_id
  WHERE s.homeserver_id = $1::uuid AND g.stage = 'agreed' UNION SELECT id FROM listed),
latest AS (SELECT DISTINCT ON (v.agreement_id) v.* FROM agreement_version v WHERE v.agreement_id = ANY(ARRAY(SELECT id FROM concerned))
  ORDER BY v.agreement_id, v.number DESC),
lanes AS (SELECT * FROM evidence WHERE to_server_id = $1::uuid
  UNION SELECT * FROM evidence WHERE from_server_id = $1::uuid),
others AS (SELECT s.homeserver_id AS id FROM agreement_server s
  WHERE s.agreement_id = ANY(ARRAY(SELECT id FROM concerned)) UNION SELECT from_server_id FROM lanes)
SELECT jsonb_build_object(
  'federation', (SELECT jsonb_build_object('id', id, 'epoch', epoch, 'probeName', probe_name) FROM federation),
  'server', (SELECT ${SERVER} FROM self h),
  'point', (SELECT jsonb_build_object('id', p.id, 'kind', p.kind, 'mode', p.mode, 'baseUrl', p.base_url,
    'lastSequence', p.last_sequence, 'enrolled', EXISTS (SELECT FROM agent a WHERE a.enforcement_point_id = p.id),
    'credential', ${credentialIn("active")}, 'candidate', ${credentialIn("testing")})
    FROM enforcement_point p WHERE p.homeserver_id = $1::uuid
    ORDER BY p.created_at, p.id LIMIT 1),
  'head', (SELECT jsonb_build_object('epoch', epoch, 'version', version, 'digest', digest, 'mode', mode,
    'pushedAt', pushed_at, 'confirmedAt', confirmed_at, 'renewal', renewal_bytes, 'status', status,
    'statusDetail', status_detail, 'attempts', attempts, 'nextAttemptAt', next_attempt_at) FROM head),
  'list', (SELECT bytes FROM list),
  'agreements', (SELECT coalesce(jsonb_agg(${AGREEMENT} ORDER BY g.id), '[]')
    FROM latest v JOIN agreement g ON g.id = v.agreement_id
    WHERE g.id = ANY(ARRAY(SELECT id FROM concerned))),
  'consents', (SELECT coalesce(jsonb_agg(jsonb_build_object('reason', 'agr_' || c.agreement_id, 'digest', c.digest,
    'from', c.from_at, 'until', c.until_at, 'signer', c.signer, 'keyId', c.key_id, 'signatures', c.signatures)
    ORDER BY c.at, c.id), '[]') FROM agency_consent c WHERE c.agreement_id = ANY(ARRAY(SELECT id FROM concerned))),
  'stops', (SELECT coalesce(jsonb_agg(jsonb_build_object('agency', s.agency_id, 'scope', s.scope, 'exercise', s.exercise,
    'startedAt', s.started_at, 'confirmedAt', s.confirmed_at)), '[]') FROM emergency_stop s
    WHERE s.ended_at IS NULL AND s.agency_id = ANY(ARRAY(SELECT p.agency_id FROM agreement_party p
      WHERE p.agreement_id = ANY(ARRAY(SELECT id FROM concerned))))),
  'left', (SELECT coalesce(jsonb_agg(DISTINCT a.id), '[]') FROM agency a WHERE a.state = 'left'
    AND a.id = ANY(ARRAY(SELECT p.agency_id FROM agreement_party p
      WHERE p.agreement_id = ANY(ARRAY(SELECT id FROM concerned))))),
  'partners', (SELECT coalesce(jsonb_agg(${SERVER} ORDER BY h.server_name), '[]') FROM homeserver h
    WHERE h.id = ANY(ARRAY(SELECT id FROM others)) AND h.id <> $1::uuid),
  'evidence', (SELECT coalesce(jsonb_agg(jsonb_build_object('from', from_server_id, 'to', to_server_id,
    'station', station, 'state', state, 'version', version, 'detail', detail, 'at', at)), '[]') FROM lanes),
  'releases', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'digest', digest, 'at', at) ORDER BY at), '[]')
    FROM list_release WHERE homeserver_id = $1::uuid),
  'drift', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', server_name, 'kind', kind, 'at', found_at) ORDER BY id), '[]')
    FROM drift WHERE homeserver_id = $1::uuid AND ended_at IS NULL),
  'held', (SELECT jsonb_build_object('digest', brake->>'digest', 'at', brake->'at') FROM list_plan
    WHERE homeserver_id = $1::uuid AND brake IS NOT NULL)
) AS picture`;

/**
 * Reads all that one server's list depends on, in one consistent statement.
 *
 * @returns undefined where the server or the federation is not there
 * @throws ZodError where a row has a form that this program does not know: nothing is compiled from what is not understood
 */
export const loadPicture = async (tx: Tx, homeserver: string): Promise<Picture | undefined> => {
  const [row] = await tx.$queryRawUnsafe<{ picture: { server: unknown; federation: unknown } }[]>(PICTURE, homeserver);
  if (row === undefined || row.picture.server === null || row.picture.federation === null) return undefined;
  return picture.parse(row.picture);
};

/** A page of the ids of servers that are due: all but those that wait for their next attempt. */
export const dueServers = async (tx: Tx, now: number, after: string, limit: number): Promise<readonly string[]> => {
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `SELECT h.id::text AS id FROM homeserver h LEFT JOIN list_head l ON l.homeserver_id = h.id
     WHERE h.id > $1::uuid AND (l.next_attempt_at IS NULL OR l.next_attempt_at <= $2::bigint) ORDER BY h.id LIMIT $3::int`,
    after,
    now,
    limit,
  );
  return rows.map(({ id }) => id);
};

/** Writes the worker's sign of life, read by `/readyz`. */
export const beat = async (tx: Tx, worker: { id: string; startedAt: number; at: number; detail: string }) => {
  await tx.$executeRawUnsafe(
    `INSERT INTO worker_heartbeat (id, started_at, at, detail) VALUES ($1, $2::bigint, $3::bigint, $4::jsonb)
     ON CONFLICT (id) DO UPDATE SET at = excluded.at, detail = excluded.detail`,
    worker.id,
    worker.startedAt,
    worker.at,
    worker.detail,
  );
};

/** Removes a worker's sign of life, and those of workers that died more than `forgotten` ms before `now`. */
export const endBeat = async (tx: Tx, id: string, now: number, forgotten: number): Promise<void> => {
  await tx.$executeRawUnsafe(`DELETE FROM worker_heartbeat WHERE id = $1 OR at < $2::bigint`, id, now - forgotten);
};
