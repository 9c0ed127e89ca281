import type { AgentView } from "#lib/contracts/agents.ts";
import type { BridgeView, CredentialView, EnforcementView } from "#lib/contracts/enforcement.ts";
import { type Agent, getAgent, openCodeUntil } from "#lib/data/agents.ts";
import { listChanges } from "#lib/data/changes.ts";
import { type CredentialRecord, listCredentials, sealingKey } from "#lib/data/credentials.ts";
import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import { namesOf } from "#lib/data/people.ts";
import { getPoint, type Point } from "#lib/data/points.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole } from "#lib/domain/access.ts";
import { lastHeard, silentSince } from "#lib/domain/agent.ts";
import { fieldsNeeded, POINT_KINDS } from "#lib/domain/enforcement.ts";
import { type AgencyId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { readReceipt } from "#lib/signing/documents.ts";
import { administersServer } from "./homeserver-views.ts";
import { personRef } from "./people-views.ts";

/** The agency for which the actor may give this server a credential: one that it serves and that they administer. */
export const credentialAgency = (actor: Actor, server: HomeserverRecord): AgencyId | undefined =>
  server.agencies.find((agency) => hasRole(actor, agency, "administrator"));

type Names = Awaited<ReturnType<typeof namesOf>>;

const credentialView = (record: CredentialRecord, names: Names): CredentialView => ({
  id: toPublicId("crd", record.id),
  state: record.state,
  fields: [...record.fields],
  insisted: record.insisted,
  givenBy: personRef(record.givenBy, names),
  givenAt: record.givenAt,
  testedAt: record.testedAt,
  testCode: record.testCode,
  activeSince: record.activeSince,
  lastUsedAt: record.lastUsedAt,
  lastUseCode: record.lastUseCode,
});

const bridgeView = (point: Point | undefined): BridgeView => {
  const { behind = null, watched = null, watchedCode = null, watchedAt = null } = point ?? {};
  const server = watched?.server ?? null;
  return {
    behind: behind === null ? null : { id: toPublicId("hs", behind.id), serverName: behind.serverName },
    version: watched?.version ?? null,
    bridge: watched?.bridge ?? null,
    sync: watched?.sync ?? null,
    address: watched?.address ?? null,
    server,
    agrees: server === null || behind === null ? null : server === behind.serverName,
    code: watchedCode,
    at: watchedAt,
  };
};

const agentView = (agent: Agent, now: number): AgentView => {
  const receipt = agent.receipt === undefined ? undefined : readReceipt(agent.receipt);
  const heard = lastHeard(agent);
  return {
    software: agent.software,
    keyId: agent.keyId,
    enrolledAt: agent.enrolledAt,
    heardAt: heard === agent.enrolledAt ? null : instant(heard),
    silent: silentSince(agent, now),
    clockOff: agent.clockOff ?? null,
    doubledAt: agent.doubledAt ?? null,
    receiptAt: agent.receiptAt ?? null,
    version: receipt?.ok === true ? receipt.value.fields.version : null,
  };
};

const agentFacts = async (tx: Tx, point: Point | undefined): Promise<Pick<EnforcementView, "agent" | "codeUntil">> => {
  if (point?.kind !== "agent") return { agent: null, codeUntil: null };
  const now = systemClock.now();
  const agent = await getAgent(tx, point.id);
  const codeUntil = (await openCodeUntil(tx, point.id, now)) ?? null;
  return { agent: agent === undefined ? null : agentView(agent, now), codeUntil };
};

/** What enforces for a server as one reader sees it: field names and times of its credentials, never a value. */
export const enforcementView = async (tx: Tx, actor: Actor, server: HomeserverRecord): Promise<EnforcementView> => {
  const point = await getPoint(tx, server.id);
  const records = await listCredentials(tx, server.id);
  const names = await namesOf(
    tx,
    records.map(({ givenBy }) => givenBy),
  );
  const open = await listChanges(tx, { homeserver: server.id, state: "open" }, undefined, 50);
  const proposed = open.find(({ kind }) => kind === "enforcement_point");
  const shown = (active: boolean): CredentialView | null => {
    const record = records.find(({ state }) => (state === "active") === active);
    return record === undefined ? null : credentialView(record, names);
  };
  const candidate = shown(false);
  const mine = credentialAgency(actor, server) !== undefined;
  const needs = fieldsNeeded(point?.kind ?? "");
  const sealing = (await sealingKey(tx)) !== undefined;
  const may: readonly [EnforcementView["allowed"][number], boolean][] = [
    ["choose", administersServer(actor, server)],
    ["give", mine && needs.length > 0 && sealing],
    ["insist", mine && candidate?.state === "failed"],
    ["remove", mine && records.length > 0],
    ["enrol", mine && point?.kind === "agent"],
  ];
  return {
    kind: POINT_KINDS.find((kind) => kind === point?.kind) ?? null,
    baseUrl: point?.baseUrl ?? null,
    point: point === undefined ? null : toPublicId("ep", idOf("ep", point.id)),
    detected: point?.detected ?? null,
    detectedAt: point?.detectedAt ?? null,
    needs: [...needs],
    sealing,
    active: shown(true),
    candidate,
    ...(await agentFacts(tx, point)),
    bridge: server.platform === "mattermost" ? bridgeView(point) : null,
    proposed: proposed === undefined ? null : toPublicId("chg", proposed.id),
    allowed: may.flatMap(([action, yes]) => (yes ? [action] : [])),
  };
};
