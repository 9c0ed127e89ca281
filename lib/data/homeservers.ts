import {
  DISCOVERY_STEPS,
  type DiscoveryStep,
  IDENTITY_STATES,
  type IdentityState,
  MODES,
  type Mode,
  ON_STALE,
  type OnStale,
  PLATFORMS,
  type Platform,
} from "#lib/domain/directory.ts";
import { type AgencyId, type HomeserverId, idOf, type OperatorId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type Override = { readonly host: string; readonly port: number; readonly ca: string | null };
export type Key = {
  readonly keyId: string;
  readonly key: string;
  readonly validUntil: Instant;
  readonly pinnedAt: Instant;
  readonly supersededAt: Instant | undefined;
};
export type Step = {
  readonly step: DiscoveryStep;
  readonly state: "pass" | "fail" | "unknown" | "running";
  readonly detail: Readonly<Record<string, unknown>>;
  readonly fixCode: string | null;
  readonly at: Instant;
};
export type Head = {
  readonly epoch: number;
  readonly version: number;
  readonly digest: string;
  readonly mode: Mode;
  readonly pushedAt: Instant | undefined;
  readonly confirmedAt: Instant | undefined;
  readonly status: string;
  readonly statusDetail: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly nextAttemptAt: Instant | undefined;
};

export type HomeserverRecord = {
  readonly id: HomeserverId;
  readonly serverName: ServerName;
  readonly platform: Platform;
  readonly operator: { readonly id: OperatorId; readonly name: string } | undefined;
  readonly managementUrl: string | null;
  readonly override: Override | undefined;
  readonly mode: Mode;
  readonly onStale: OnStale;
  readonly identityState: IdentityState;
  /** Where it stands, as declared: ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  readonly version: number;
  readonly createdAt: Instant;
  readonly agencies: readonly AgencyId[];
  readonly keys: readonly Key[];
  readonly steps: readonly Step[];
  readonly head: Head | undefined;
  readonly brake: unknown;
};

const INCLUDE = {
  operator: true,
  agencies: { orderBy: { agencyId: "asc" } },
  keys: { orderBy: { pinnedAt: "desc" } },
  steps: true,
  listHead: true,
  listPlan: true,
} as const satisfies Prisma.HomeserverInclude;
type Row = Prisma.HomeserverGetPayload<{ include: typeof INCLUDE }>;

const at = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(Number(value)));
const serverName = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(`not a server name: ${text}`);
  return name.value;
};
const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

const headOf = (row: NonNullable<Row["listHead"]>): Head => ({
  epoch: row.epoch,
  version: row.version,
  digest: row.digest,
  mode: oneOf(MODES, row.mode),
  pushedAt: at(row.pushedAt),
  confirmedAt: at(row.confirmedAt),
  status: row.status,
  statusDetail: objectOf(row.statusDetail),
  attempts: row.attempts,
  nextAttemptAt: at(row.nextAttemptAt),
});

const stepsOf = (steps: Row["steps"]): readonly Step[] =>
  steps
    .map(({ step, state, detail, fixCode, at: when }) => ({
      step: oneOf(DISCOVERY_STEPS, step),
      state: oneOf(["pass", "fail", "unknown", "running"], state),
      detail: objectOf(detail),
      fixCode,
      at: instant(Number(when)),
    }))
    .toSorted((a, b) => DISCOVERY_STEPS.indexOf(a.step) - DISCOVERY_STEPS.indexOf(b.step));

const recordOf = (row: Row): HomeserverRecord => ({
  id: idOf("hs", row.id),
  serverName: serverName(row.serverName),
  platform: oneOf(PLATFORMS, row.platform),
  operator: row.operator === null ? undefined : { id: idOf("opr", row.operator.id), name: row.operator.name },
  managementUrl: row.managementUrl,
  override:
    row.overrideHost === null || row.overridePort === null
      ? undefined
      : { host: row.overrideHost, port: row.overridePort, ca: row.overrideCa },
  mode: oneOf(MODES, row.mode),
  onStale: oneOf(ON_STALE, row.onStale),
  identityState: oneOf(IDENTITY_STATES, row.identityState),
  country: row.country ?? undefined,
  version: row.version,
  createdAt: instant(Number(row.createdAt)),
  agencies: row.agencies.map(({ agencyId }) => idOf("agy", agencyId)),
  keys: row.keys.map(({ keyId, key, validUntil, pinnedAt, supersededAt }) => ({
    keyId,
    key,
    validUntil: instant(Number(validUntil)),
    pinnedAt: instant(Number(pinnedAt)),
    supersededAt: at(supersededAt),
  })),
  steps: stepsOf(row.steps),
  head: row.listHead === null ? undefined : headOf(row.listHead),
  brake: row.listPlan?.brake ?? undefined,
});

/** Serialises writers of one homeserver until the transaction ends. */
export const lockHomeserver = async (tx: Tx, id: HomeserverId): Promise<void> => {
  await tx.$queryRaw`select id from homeserver where id = ${id}::uuid for update`;
};

export const getHomeserver = async (tx: Tx, id: HomeserverId): Promise<HomeserverRecord | undefined> => {
  const row = await tx.homeserver.findUnique({ where: { id }, include: INCLUDE });
  return row === null ? undefined : recordOf(row);
};

export const getHomeservers = async (tx: Tx, ids: readonly HomeserverId[]): Promise<readonly HomeserverRecord[]> =>
  (await tx.homeserver.findMany({ where: { id: { in: [...ids] } }, include: INCLUDE, orderBy: { id: "asc" } })).map(
    recordOf,
  );

/** The ids of the servers that serve any of these agencies. */
export const listHomeserverIds = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly HomeserverId[]> => {
  const where = { agencyId: { in: [...agencies] } };
  const rows = await tx.homeserverAgency.findMany({
    where,
    select: { homeserverId: true },
    distinct: ["homeserverId"],
  });
  return rows.map(({ homeserverId }) => idOf("hs", homeserverId));
};

export const findByServerName = async (tx: Tx, name: ServerName): Promise<HomeserverId | undefined> => {
  const row = await tx.homeserver.findUnique({ where: { serverName: name }, select: { id: true } });
  return row === null ? undefined : idOf("hs", row.id);
};

/** Homeservers in the order they were added; `after` is the last id of the page before (ids rise with time). */
export const listHomeservers = async (
  tx: Tx,
  { agency, q }: { readonly agency?: AgencyId | undefined; readonly q?: string | undefined },
  after: string | undefined,
  limit: number,
): Promise<readonly HomeserverRecord[]> => {
  const rows = await tx.homeserver.findMany({
    where: {
      ...(agency === undefined ? {} : { agencies: { some: { agencyId: agency } } }),
      ...(q === undefined ? {} : { serverName: { contains: q.toLowerCase() } }),
      ...(after === undefined ? {} : { id: { gt: after } }),
    },
    include: INCLUDE,
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(recordOf);
};

/** The operator of that name; undefined if there is none. */
export const findOperatorNamed = async (tx: Tx, name: string): Promise<OperatorId | undefined> => {
  const found = await tx.operator.findFirst({ where: { name }, select: { id: true } });
  return found === null ? undefined : idOf("opr", found.id);
};

export const addOperator = async (tx: Tx, name: string, now: Instant): Promise<OperatorId> => {
  const id = idOf("opr", newId());
  await tx.operator.create({ data: { id, name, createdAt: BigInt(now) } });
  return id;
};

export type NewHomeserver = {
  readonly id: HomeserverId;
  readonly serverName: ServerName;
  readonly platform: Platform;
  readonly operator: OperatorId | undefined;
  readonly managementUrl: string | null;
  readonly override: Override | null;
  readonly country: string | null;
  readonly agencies: readonly AgencyId[];
  readonly createdAt: Instant;
};

const overrideColumns = (override: Override | null) => ({
  overrideHost: override?.host ?? null,
  overridePort: override?.port ?? null,
  overrideCa: override?.ca ?? null,
});

/** Stores a homeserver with the agencies it serves and, for each kind the portal can drive, its enforcement point. */
export const addHomeserver = async (tx: Tx, server: NewHomeserver): Promise<void> => {
  const { id, serverName: name, platform, operator, managementUrl, override, country, agencies, createdAt } = server;
  await tx.homeserver.create({
    data: {
      id,
      serverName: name,
      platform,
      operatorId: operator ?? null,
      managementUrl,
      ...overrideColumns(override),
      country,
      mode: "observe",
      identityState: "unknown",
      createdAt: BigInt(createdAt),
    },
  });
  await tx.homeserverAgency.createMany({ data: agencies.map((agencyId) => ({ homeserverId: id, agencyId })) });
  const [first] = agencies;
  if (first === undefined || (platform !== "synapse" && platform !== "element_ess")) return;
  await tx.enforcementPoint.create({
    data: {
      id: newId(),
      homeserverId: id,
      agencyId: first,
      kind: "synapse_module",
      mode: "push",
      keys: {},
      instances: [],
      createdAt: BigInt(createdAt),
    },
  });
};

export type HomeserverPatch = {
  readonly serverName?: ServerName;
  readonly platform?: Platform;
  readonly managementUrl?: string | null;
  readonly override?: Override | null;
  readonly mode?: Mode;
  readonly onStale?: OnStale;
  readonly identityState?: IdentityState;
  readonly country?: string | null;
};

/** Changes columns; the version rises. */
export const updateHomeserver = async (
  tx: Tx,
  id: HomeserverId,
  { override, ...columns }: HomeserverPatch,
): Promise<void> => {
  await tx.homeserver.update({
    where: { id },
    data: {
      ...columns,
      ...(override === undefined ? {} : overrideColumns(override)),
      version: { increment: 1 },
    },
  });
};

export type SeenState = { readonly open: number; readonly of: number; readonly at: Instant };

/**
 * How many of the doors that this server should hold open were last seen open at it, by read-back (`effective`) or by a
 * probe from outside (`observed`). Undefined where that was never looked at.
 */
export const doorsSeen = async (
  tx: Tx,
  id: HomeserverId,
  station: "effective" | "observed",
): Promise<SeenState | undefined> => {
  const rows = await tx.evidence.findMany({
    where: { toServerId: id, station },
    select: { state: true, detail: true, at: true },
  });
  const last = rows.map(({ at }) => Number(at)).toSorted((a, b) => b - a)[0];
  if (last === undefined) return undefined;
  const wanted = rows.filter(
    ({ detail }) =>
      typeof detail === "object" && detail !== null && "desired" in detail && detail["desired"] === "open",
  );
  return { open: wanted.filter(({ state }) => state === "reached").length, of: wanted.length, at: instant(last) };
};
