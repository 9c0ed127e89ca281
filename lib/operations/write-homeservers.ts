import type { AddHomeserver, HomeserverChanged, HomeserverView, UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { listChanges, proposeChange } from "#lib/data/changes.ts";
import { getAgencies } from "#lib/data/directory.ts";
import {
  addOperator,
  findByServerName,
  findOperatorNamed,
  getHomeserver,
  type HomeserverRecord,
  lockHomeserver,
  addHomeserver as save,
  updateHomeserver as saveChanges,
} from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type ChangeId, type HomeserverId, idOf, type OperatorId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { barredRefusal } from "./federation-refusals.ts";
import { administersServer, homeserverView } from "./homeserver-views.ts";

/** Refuses a server name that the federation has already or has barred; serialises those who add the same one. */
export const duplicateName = async (tx: Tx, name: ServerName): Promise<Refusal | undefined> => {
  await lockName(tx, `server:${name}`);
  const held = await findByServerName(tx, name);
  if (held === undefined) return barredRefusal(tx, { names: [name] });
  const params = { server: name };
  const fields = [{ path: "serverName", code: "duplicate_server_name", params } as const];
  return refusal("duplicate_server_name", { params, fields, link: `/servers/${toPublicId("hs", held)}` });
};

/** Anyone may name an operator that is known; a new one is a coordinator's to bring in. */
const operatorFor = async (
  tx: Tx,
  actor: Actor,
  name: string | null,
): Promise<Result<OperatorId | undefined, Refusal>> => {
  if (name === null) return ok(undefined);
  const found = await findOperatorNamed(tx, name);
  if (found !== undefined) return ok(found);
  if (isCoordinator(actor)) return ok(await addOperator(tx, name, systemClock.now()));
  return err(refusal("not_permitted", { fields: [{ path: "operatorName", code: "not_permitted" }] }));
};

const announce = async (tx: Tx, actor: Actor, id: HomeserverId): Promise<Result<HomeserverView, Refusal>> => {
  const server = await getHomeserver(tx, id);
  if (server === undefined) return err(refusal("internal"));
  await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", id), version: server.version });
  return ok(await homeserverView(tx, actor, server));
};

/**
 * Adds a homeserver for an agency; the worker is woken to discover it. A new server is in no agreement, so it opens
 * nothing by itself. Other agencies on the same server are named by a coordinator only: an administrator speaks for one.
 */
export const addHomeserver = (
  actor: Actor,
  wish: AddHomeserver & { readonly id: AgencyId },
): Promise<Result<HomeserverView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const say = (why: Refusal) => refuse(tx, actor, why, wish.serverName);
    const agencies = [...new Set([wish.id, ...wish.alsoServes])];
    const administers = isCoordinator(actor) || agencies.every((agency) => hasRole(actor, agency, "administrator"));
    if (!administers) return say(refusal("not_permitted"));
    const found = await getAgencies(tx, agencies);
    if (found.length !== agencies.length) return say(refusal("not_found"));
    const gone = found.find(({ state }) => state === "left");
    if (gone !== undefined) return say(refusal("agency_not_active", { params: { agency: gone.nameSv } }));
    const duplicate = await duplicateName(tx, wish.serverName);
    if (duplicate !== undefined) return say(duplicate);
    const id = idOf("hs", newId());
    const operator = await operatorFor(tx, actor, wish.operatorName);
    if (!operator.ok) return say(operator.error);
    const { serverName, platform, managementUrl, override, country = null } = wish;
    await save(tx, {
      id,
      serverName,
      platform,
      operator: operator.value,
      managementUrl,
      override,
      country,
      agencies,
      createdAt: systemClock.now(),
    });
    const details = { serverName, platform, override: override !== null };
    await appendAudit(tx, { kind: "homeserver.added", subject: toPublicId("hs", id), agencyIds: agencies, details });
    await wakeReconciler(tx, [id], actor.traceId);
    return announce(tx, actor, id);
  });

const activeAgency = async (tx: Tx, server: HomeserverRecord): Promise<AgencyId | undefined> =>
  (await getAgencies(tx, server.agencies)).find(({ state }) => state === "active")?.id;

type Guarded = Pick<UpdateHomeserver, "serverName" | "override" | "country">;

/** What an active agency's partners rely on: put before its own approver instead of done. */
const propose = async (
  tx: Tx,
  actor: Actor,
  server: HomeserverRecord,
  agency: AgencyId,
  { serverName, override, country }: Guarded,
): Promise<ChangeId[]> => {
  const base = { agency, homeserver: server.id, proposedBy: actor.person, at: systemClock.now() };
  const made: ChangeId[] = [];
  if (serverName !== undefined && serverName !== server.serverName)
    made.push(
      await proposeChange(tx, {
        ...base,
        kind: "server_name",
        before: { serverName: server.serverName },
        after: { serverName },
      }),
    );
  if (override !== undefined) {
    const was = server.override === undefined ? null : { ...server.override };
    made.push(await proposeChange(tx, { ...base, kind: "override", before: { override: was }, after: { override } }));
  }
  if (country !== undefined && country !== (server.country ?? null))
    made.push(
      await proposeChange(tx, {
        ...base,
        kind: "country",
        before: { country: server.country ?? null },
        after: { country },
      }),
    );
  for (const id of made) {
    const subject = toPublicId("chg", id);
    await appendAudit(tx, {
      kind: "change.proposed",
      subject,
      agencyIds: server.agencies,
      details: { homeserver: toPublicId("hs", server.id) },
    });
    await notifyEvent(tx, { topic: "change", id: subject, version: 1 });
  }
  return made;
};

/** Of two proposals for one thing, the later would be approved against what the earlier had already changed. */
const alreadyProposed = async (
  tx: Tx,
  server: HomeserverRecord,
  { serverName, override, country }: Guarded,
): Promise<Refusal | undefined> => {
  const renames = serverName !== undefined && serverName !== server.serverName;
  const open = await listChanges(tx, { homeserver: server.id, state: "open" }, undefined, 50);
  const waits = open.find(
    ({ kind }) =>
      (kind === "server_name" && renames) ||
      (kind === "override" && override !== undefined) ||
      (kind === "country" && country !== undefined),
  );
  return waits === undefined ? undefined : refusal("change_waits", { link: `/changes/${toPublicId("chg", waits.id)}` });
};

const judge = async (tx: Tx, actor: Actor, server: HomeserverRecord, wish: Wish): Promise<Refusal | undefined> => {
  if (!administersServer(actor, server)) return refusal("not_permitted");
  if (server.version !== wish.version) return refusal("stale_version", { params: { current: server.version } });
  const waits = await alreadyProposed(tx, server, wish);
  if (waits !== undefined) return waits;
  return wish.serverName === undefined || wish.serverName === server.serverName
    ? undefined
    : duplicateName(tx, wish.serverName);
};

type Wish = UpdateHomeserver & { readonly id: HomeserverId; readonly version: number };

/**
 * Changes a homeserver. Once an agency on it is active, its name, override and country become proposals for that agency's own
 * approver; the rest is done at once.
 */
export const updateHomeserver = (actor: Actor, wish: Wish): Promise<Result<HomeserverChanged, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockHomeserver(tx, wish.id);
    const server = await getHomeserver(tx, wish.id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", wish.id);
    const refused = await judge(tx, actor, server, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const { serverName, override, country, platform, managementUrl } = wish;
    const agency = await activeAgency(tx, server);
    const proposed =
      agency === undefined ? [] : await propose(tx, actor, server, agency, { serverName, override, country });
    const guarded = agency === undefined ? { serverName, override, country } : {};
    const patch = Object.fromEntries(
      Object.entries({ platform, managementUrl, ...guarded }).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(patch).length > 0) {
      await saveChanges(tx, wish.id, patch);
      await appendAudit(tx, {
        kind: "homeserver.updated",
        subject,
        agencyIds: server.agencies,
        details: { fields: Object.keys(patch).toSorted() },
      });
      await wakeReconciler(tx, [wish.id], actor.traceId);
    }
    const homeserver = await announce(tx, actor, wish.id);
    return homeserver.ok
      ? ok({ homeserver: homeserver.value, proposed: proposed.map((id) => toPublicId("chg", id)) })
      : homeserver;
  });

/** Has the worker look again, now: discovery, keys, list and probes. */
export const lookAtHomeserver = (
  actor: Actor,
  { id }: { readonly id: HomeserverId },
): Promise<Result<{ ok: true }, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const own = server.agencies.some((agency) => hasRole(actor, agency, "administrator", "approver"));
    const operates = actor.memberships.some(
      (held) => held.role === "operator" && held.operator === server.operator?.id,
    );
    if (!own && !operates && !isCoordinator(actor))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("hs", id));
    await wakeReconciler(tx, [id], actor.traceId);
    return ok({ ok: true as const });
  });
