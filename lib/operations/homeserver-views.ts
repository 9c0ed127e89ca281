import type { HomeserverAction, HomeserverSummary, HomeserverView, ListStatus } from "#lib/contracts/homeservers.ts";
import { listChanges } from "#lib/data/changes.ts";
import { conformanceOf } from "#lib/data/conformance.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { doorsSeen, type Head, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { certificateCountries } from "#lib/data/name-proof.ts";
import { countDesired } from "#lib/data/signed-lists.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import { LIST_LIFE } from "#lib/domain/freshness.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { limitsOf } from "#lib/domain/platform-limits.ts";
import { countryOfHost } from "#lib/domain/residency.ts";
import { sha256 } from "#lib/platform/digest.ts";
import { headStatus, isDriven } from "./lanes.ts";
import { agencyRef, operatorRef } from "./people-views.ts";
import { standingOf } from "./residency-findings.ts";
import { approvesServer, readsNames } from "./server-rules.ts";

type Agencies = ReadonlyMap<AgencyId, Parameters<typeof agencyRef>[0]>;

/** The agencies that these servers serve, read once. */
export const agenciesServed = async (tx: Tx, servers: readonly HomeserverRecord[]): Promise<Agencies> => {
  const found = await getAgencies(tx, [...new Set(servers.flatMap(({ agencies }) => agencies))]);
  return new Map(found.map((agency) => [agency.id, agency]));
};

type Tried = Awaited<ReturnType<typeof conformanceOf>>;

/** One homeserver as lists show it. */
export const homeserverSummary = (
  server: HomeserverRecord,
  agencies: Agencies,
  tried: Tried = new Map(),
): HomeserverSummary => ({
  id: toPublicId("hs", server.id),
  serverName: server.serverName,
  platform: server.platform,
  mode: server.mode,
  identityState: server.identityState,
  status: isDriven(server) ? headStatus(server) : "not_connected",
  agencies: server.agencies.flatMap((id) => {
    const agency = agencies.get(id);
    return agency === undefined ? [] : [agencyRef(agency)];
  }),
  conformance: tried.get(server.id) ?? null,
});

/** A key's fingerprint as people compare it: SHA-256 of the key's bytes, in groups of four hexadecimal digits. */
export const fingerprintOf = (key: string): string => {
  const hex = Buffer.from(sha256(new Uint8Array(Buffer.from(key, "base64")))).toString("hex");
  return (hex.slice(0, 32).match(/.{4}/g) ?? []).join(" ");
};

/** Whether the actor may change the server: a coordinator, an administrator of an agency on it, or its operator's people. */
export const administersServer = (actor: Actor, server: HomeserverRecord): boolean =>
  isCoordinator(actor) || server.agencies.some((id) => hasRole(actor, id, "administrator"));

const allowedOn = (actor: Actor, server: HomeserverRecord): HomeserverAction[] => {
  const administers = administersServer(actor, server);
  const operates = server.operator !== undefined && operatorsOf(actor).includes(server.operator.id);
  const may: [HomeserverAction, boolean][] = [
    ["update", administers],
    ["propose", administers],
    ["look", administers || operates || approvesServer(actor, server)],
    ["read_neighbours", server.agencies.some((id) => agenciesOf(actor).includes(id))],
    ["set_mode", approvesServer(actor, server)],
    ["set_on_stale", approvesServer(actor, server)],
    ["read_names", readsNames(actor, server)],
    ["configure", true],
  ];
  return may.flatMap(([action, yes]) => (yes ? [action] : []));
};

const WARNINGS = ["stale_soon", "stale"] as const;

/** Why the status is what it is, since when, and how old the list at the server grows, as the worker saw it. */
const standing = ({
  statusDetail,
  pushedAt,
}: Head): Pick<ListStatus, "statusDetail" | "since" | "validUntil" | "warning"> => {
  const { code, since, warning } = statusDetail;
  return {
    statusDetail: typeof code === "string" && code !== "" ? code : null,
    since: typeof since === "number" && since > 0 ? since : null,
    validUntil: pushedAt === undefined ? null : pushedAt + LIST_LIFE,
    warning: WARNINGS.find((each) => each === warning) ?? null,
  };
};

const listStatus = async (tx: Tx, server: HomeserverRecord): Promise<ListStatus | null> => {
  const { head } = server;
  if (head === undefined) return null;
  const { epoch, version, digest, confirmedAt } = head;
  const effective = await doorsSeen(tx, server.id, "effective");
  const observed = await doorsSeen(tx, server.id, "observed");
  return {
    status: headStatus(server),
    ...standing(head),
    mode: head.mode,
    desired: await countDesired(tx, server.id),
    // Before the first list the head is there, but holds no place.
    signed: version === 0 ? null : { epoch, version, digest },
    stored: confirmedAt === undefined ? null : { epoch, version, at: confirmedAt },
    effective: effective === undefined ? null : { count: effective.open, at: effective.at },
    observed: observed === undefined ? null : { reached: observed.open, of: observed.of, at: observed.at },
    pushedAt: head.pushedAt ?? null,
    confirmedAt: confirmedAt ?? null,
    attempts: head.attempts,
    nextAttemptAt: head.nextAttemptAt ?? null,
  };
};

export const homeserverView = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<HomeserverView> => {
  const open = await listChanges(tx, { homeserver: server.id, state: "open" }, undefined, 50);
  const certificate = await certificateCountries(tx, server.id);
  const { delegatedTo } = standingOf(server);
  const led = delegatedTo === undefined ? undefined : countryOfHost(delegatedTo);
  return {
    ...homeserverSummary(server, await agenciesServed(tx, [server]), await conformanceOf(tx, [server.id])),
    onStale: server.onStale,
    operator: server.operator === undefined ? null : operatorRef(server.operator),
    managementUrl: server.managementUrl,
    override:
      server.override === undefined
        ? null
        : { host: server.override.host, port: server.override.port, hasCa: server.override.ca !== null },
    country: server.country ?? null,
    countryHints: {
      subject: certificate.subject ?? null,
      issuer: certificate.issuer ?? null,
      leadsTo: delegatedTo === undefined || led === undefined ? null : { host: delegatedTo, country: led },
    },
    keys: server.keys.map(({ keyId, key, validUntil, pinnedAt, supersededAt }) => ({
      keyId,
      key,
      fingerprint: fingerprintOf(key),
      validUntil,
      pinnedAt,
      supersededAt: supersededAt ?? null,
    })),
    discovery: server.steps.map((step) => ({ ...step })),
    list: await listStatus(tx, server),
    limits: [...limitsOf(server.platform)],
    openChanges: open.map(({ id }) => toPublicId("chg", id)),
    allowed: allowedOn(actor, server),
    version: server.version,
    createdAt: server.createdAt,
  };
};
