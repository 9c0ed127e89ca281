import { z } from "zod";
import { appendAudit } from "#lib/data/audit.ts";
import type { ChangeRecord } from "#lib/data/changes.ts";
import { getAgency, lockAgency, updateAgency } from "#lib/data/directory.ts";
import { getHomeserver, type HomeserverRecord, lockHomeserver, updateHomeserver } from "#lib/data/homeservers.ts";
import { isWarnedOnly } from "#lib/data/identity.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { supersedeOtherKeys } from "#lib/data/pinning.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import type { Tx } from "#lib/data/transaction.ts";
import {
  type AgreementRecord,
  addTerms,
  appendDecision,
  getAgreement,
  listAgreements,
  lockAgreement,
  saveStage,
  stateOf,
} from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { byCodePoint, canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Terms, termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { applyApproverChange } from "./change-approvers.ts";
import { applyPoint } from "./set-point.ts";
import { duplicateName } from "./write-homeservers.ts";

const MANY = 1_000;
const Renamed = z.object({ serverName: z.string() });
const Overridden = z.object({
  override: z.object({ host: z.string(), port: z.int(), ca: z.string().nullable() }).nullable(),
});
const Country = z.object({ country: z.string().nullable() });
const Approvers = z.object({ approversRequired: z.union([z.literal(1), z.literal(2)]) });
const Keys = z.object({ keys: z.record(z.string(), z.string()) });

const agreementsOf = async (tx: Tx, server: HomeserverRecord): Promise<readonly AgreementRecord[]> => {
  const found = await listAgreements(tx, { notStage: "closed", homeserver: server.id }, undefined, MANY);
  const locked: AgreementRecord[] = [];
  for (const { id } of found.toSorted((a, b) => byCodePoint(a.id, b.id))) {
    await lockAgreement(tx, id);
    const record = await getAgreement(tx, id);
    if (record?.latest?.servers.some((named) => named.id === server.id)) locked.push(record);
  }
  return locked;
};

const touched = async (tx: Tx, actor: Actor, { id, latest }: AgreementRecord, version: number): Promise<void> => {
  await wakeReconciler(tx, latest?.servers.map((server) => server.id) ?? [], actor.traceId);
  await notifyEvent(tx, { topic: "agreement", id: toPublicId("agr", id), version });
};

/** Holds an agreement until each party consents again: the keys that stand behind its names are no longer the ones shown. */
const hold = async (tx: Tx, actor: Actor, record: AgreementRecord, change: ChangeRecord): Promise<void> => {
  const { latest, parties } = record;
  const party = parties.find(({ agency }) => agency === change.agency);
  const state = stateOf(record);
  const stage = state?.stage;
  if (latest === undefined || party === undefined || state === undefined || stage !== "agreed") return;
  if (change.kind === "pinned_keys" && (await isWarnedOnly(tx, record.id))) return;
  // Found by the worker, which held it then and there: a second hold would undo consents given since.
  if (state.awaitingReconsent.size > 0) return;
  const { number: version, digest } = latest;
  await appendDecision(tx, record.id, {
    kind: "hold",
    side: party.side,
    agency: change.agency,
    person: actor.person,
    version,
    digest,
    at: systemClock.now(),
  });
  const saved = await saveStage(tx, record.id, stage);
  const agencyIds = parties.map(({ agency }) => agency);
  await appendAudit(tx, {
    kind: "trust.hold",
    subject: toPublicId("agr", record.id),
    agencyIds,
    details: { change: toPublicId("chg", change.id) },
  });
  await touched(tx, actor, record, saved);
};

const renamed = (terms: Terms, was: ServerName, now: ServerName): Terms => {
  const swap = (names: readonly ServerName[]) => names.map((name) => (name === was ? now : name)).toSorted(byCodePoint);
  return { ...terms, servers: { home: swap(terms.servers.home), partner: swap(terms.servers.partner) } };
};

/**
 * New terms with the new name: what was consented to named another server. What was agreed is held until each party has
 * consented again; what was only asked or offered is consented to anew from the start.
 */
const renew = async (
  tx: Tx,
  actor: Actor,
  record: AgreementRecord,
  names: { readonly was: ServerName; readonly now: ServerName; readonly agency: AgencyId },
): Promise<void> => {
  const federation = await readFederationRow(tx);
  const { latest } = record;
  if (latest === undefined || federation === undefined) return;
  const document = termsDocument(federation.id, renamed(latest.terms, names.was, names.now));
  const digest = digestOf(document);
  const number = latest.number + 1;
  const agreed = stateOf(record)?.stage === "agreed";
  const servers = latest.servers.map(({ id, side }) => ({ id, side }));
  await addTerms(tx, record.id, {
    number,
    digest,
    text: canonicalJson(document),
    servers,
    by: actor.person,
    at: systemClock.now(),
  });
  const side = record.parties.find(({ agency }) => agency === names.agency)?.side ?? "home";
  const by = { side, agency: names.agency, person: actor.person };
  if (agreed)
    await appendDecision(tx, record.id, { kind: "hold", ...by, version: number, digest, at: systemClock.now() });
  const fresh = await getAgreement(tx, record.id);
  const saved = await saveStage(tx, record.id, (fresh && stateOf(fresh)?.stage) ?? "requested");
  const agencyIds = record.parties.map(({ agency }) => agency);
  await appendAudit(tx, {
    kind: "trust.hold",
    subject: toPublicId("agr", record.id),
    agencyIds,
    details: { terms: number, was: names.was, now: names.now },
  });
  await touched(tx, actor, record, saved);
};

const rename = async (
  tx: Tx,
  actor: Actor,
  server: HomeserverRecord,
  { agency, after }: ChangeRecord,
): Promise<Result<undefined, Refusal>> => {
  const now = parseServerName(Renamed.parse(after).serverName);
  if (!now.ok) return err(refusal("invalid_server_name"));
  const duplicate = await duplicateName(tx, now.value);
  if (duplicate !== undefined) return err(duplicate);
  const concerned = await agreementsOf(tx, server);
  await updateHomeserver(tx, server.id, { serverName: now.value, identityState: "unknown" });
  for (const record of concerned) await renew(tx, actor, record, { was: server.serverName, now: now.value, agency });
  return ok(undefined);
};

const pin = async (
  tx: Tx,
  actor: Actor,
  server: HomeserverRecord,
  change: ChangeRecord,
): Promise<Result<undefined, Refusal>> => {
  const now = systemClock.now();
  const keys = Object.entries(Keys.parse(change.after).keys).map(([keyId, key]) => ({ keyId, key, validUntil: now }));
  await supersedeOtherKeys(tx, server.id, keys, now);
  await updateHomeserver(tx, server.id, { identityState: "pinned" });
  for (const record of await agreementsOf(tx, server)) await hold(tx, actor, record, change);
  return ok(undefined);
};

const fewerApprovers = async (tx: Tx, { id, agency, after }: ChangeRecord): Promise<Result<undefined, Refusal>> => {
  await lockAgency(tx, agency);
  await updateAgency(tx, agency, Approvers.parse(after));
  const subject = toPublicId("agy", agency);
  const details = { change: toPublicId("chg", id), fields: ["approversRequired"] };
  await appendAudit(tx, { kind: "agency.updated", subject, agencyIds: [agency], details });
  await notifyEvent(tx, { topic: "agency", id: subject, version: (await getAgency(tx, agency))?.version ?? 1 });
  return ok(undefined);
};

/** Carries out an approved change, in the transaction of its approval, and holds the agreements that it touches. */
export const applyChange = async (tx: Tx, actor: Actor, change: ChangeRecord): Promise<Result<undefined, Refusal>> => {
  if (change.kind === "approver_role") {
    return (await applyApproverChange(tx, change.agency, change.after)) === "applied"
      ? ok(undefined)
      : err(refusal("not_found"));
  }
  if (change.kind === "approvers_required") return fewerApprovers(tx, change);
  if (change.homeserver === undefined) return err(refusal("not_found"));
  await lockHomeserver(tx, change.homeserver);
  const server = await getHomeserver(tx, change.homeserver);
  if (server === undefined) return err(refusal("not_found"));
  if (change.kind === "server_name") {
    const done = await rename(tx, actor, server, change);
    if (!done.ok) return done;
  }
  if (change.kind === "pinned_keys") await pin(tx, actor, server, change);
  if (change.kind === "enforcement_point") {
    const done = await applyPoint(tx, server, change.after);
    if (!done.ok) return done;
  }
  if (change.kind === "override")
    await updateHomeserver(tx, server.id, { override: Overridden.parse(change.after).override });
  if (change.kind === "country") await updateHomeserver(tx, server.id, Country.parse(change.after));
  await wakeReconciler(tx, [server.id], actor.traceId);
  const subject = toPublicId("hs", server.id);
  await appendAudit(tx, {
    kind: "homeserver.updated",
    subject,
    agencyIds: server.agencies,
    details: { change: toPublicId("chg", change.id), kind: change.kind },
  });
  await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version + 1 });
  return ok(undefined);
};
