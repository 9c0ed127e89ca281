import type { EnforcementView, GiveCredential } from "#lib/contracts/enforcement.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  addCandidate,
  eraseCredential,
  insistOn,
  listCredentials,
  type NewCredential,
  sealingKey,
} from "#lib/data/credentials.ts";
import { getHomeserver, type HomeserverRecord, lockHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { getPoint, type Point } from "#lib/data/points.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator, operatorsOf } from "#lib/domain/access.ts";
import type { AuditKind } from "#lib/domain/audit.ts";
import { credentialContext, fieldsNeeded } from "#lib/domain/enforcement.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type CredentialId, type HomeserverId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { seal } from "#lib/platform/sealing.ts";
import { credentialAgency, enforcementView } from "./enforcement-views.ts";

type One = { readonly id: HomeserverId };
type Said = { readonly credential: CredentialId; readonly fields: readonly string[] };

/** What enforces for a homeserver and its credentials: for its own agencies, its operator's people and coordinators. */
export const readEnforcement = (actor: Actor, { id }: One): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const own = server.agencies.some((agency) => agenciesOf(actor).includes(agency));
    const operates = server.operator !== undefined && operatorsOf(actor).includes(server.operator.id);
    if (!own && !operates && !isCoordinator(actor)) return err(refusal("not_permitted"));
    return ok(await enforcementView(tx, actor, server));
  });

/** Logs what befell a credential, wakes the worker and answers the page; the log names fields, never what is in them. */
const conclude = async (
  tx: Tx,
  actor: Actor,
  server: HomeserverRecord,
  kind: AuditKind,
  { credential, fields }: Said,
): Promise<Result<EnforcementView, Refusal>> => {
  const subject = toPublicId("hs", server.id);
  const details = { credential: toPublicId("crd", credential), fields: [...fields] };
  await appendAudit(tx, { kind, subject, agencyIds: server.agencies, details });
  await wakeReconciler(tx, [server.id], actor.traceId);
  await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
  return ok(await enforcementView(tx, actor, server));
};

type Place = { readonly server: HomeserverRecord; readonly point: Point; readonly agency: AgencyId };

/** The locked server and its point, for who may change its credentials. */
const placeFor = async (tx: Tx, actor: Actor, id: HomeserverId): Promise<Result<Place, Refusal>> => {
  await lockHomeserver(tx, id);
  const server = await getHomeserver(tx, id);
  const point = await getPoint(tx, id);
  if (server === undefined) return err(refusal("not_found"));
  const agency = credentialAgency(actor, server);
  if (agency === undefined) return err(refusal("not_permitted"));
  return point === undefined ? err(refusal("credential_not_needed")) : ok({ server, point, agency });
};

type Given = GiveCredential["fields"];

const judge = ({ point }: Place, fields: Given): Refusal | undefined => {
  const needs = fieldsNeeded(point.kind);
  if (needs.length === 0) return refusal("credential_not_needed");
  if (point.baseUrl === null) return refusal("base_url_required");
  const given = Object.keys(fields).toSorted().join(" ");
  if (given === needs.toSorted().join(" ")) return undefined;
  const missing = needs.filter((field) => fields[field] === undefined);
  return refusal("credential_fields_wrong", {
    fields: missing.map((field) => ({ path: `fields.${field}`, code: "credential_fields_wrong" as const })),
  });
};

const sealAll = ({ server, point, agency }: Place, fields: Given, publicKey: string): NewCredential["sealed"] =>
  Object.fromEntries(
    Object.entries(fields).map(([field, secret]) => {
      const { id, kind, baseUrl } = point;
      const context = credentialContext({
        agency,
        homeserver: server.id,
        point: id,
        kind,
        baseUrl: baseUrl ?? "",
        field,
      });
      return [field, seal(publicKey, context, secret)];
    }),
  );

/**
 * Takes a credential: seals it to the worker, which alone can open it, and puts it on trial. The one in use stays in use
 * until the worker has been let in with the new one.
 */
export const giveCredential = (
  actor: Actor,
  { id, fields }: GiveCredential & One,
): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("hs", id);
    const place = await placeFor(tx, actor, id);
    if (!place.ok) return refuse(tx, actor, place.error, subject);
    const { server, point, agency } = place.value;
    const wrong = judge(place.value, fields);
    if (wrong !== undefined) return refuse(tx, actor, wrong, subject);
    const key = await sealingKey(tx);
    if (key === undefined) return err(refusal("sealing_key_missing"));
    const credential = idOf("crd", newId());
    await addCandidate(tx, {
      id: credential,
      agency,
      homeserver: id,
      point: point.id,
      kind: point.kind,
      sealed: sealAll(place.value, fields, key.publicKey),
      keyId: key.keyId,
      by: actor.person,
      at: systemClock.now(),
    });
    return conclude(tx, actor, server, "credential.given", { credential, fields: Object.keys(fields) });
  });

/** Takes a credential into use though its test failed: the person's word stands in the log in place of the test. */
export const insistOnCredential = (actor: Actor, { id }: One): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("hs", id);
    const place = await placeFor(tx, actor, id);
    if (!place.ok) return refuse(tx, actor, place.error, subject);
    const { server, agency } = place.value;
    const candidate = (await listCredentials(tx, id)).find(({ state }) => state === "failed");
    if (candidate?.agency !== agency) return refuse(tx, actor, refusal("credential_not_on_trial"), subject);
    if (!(await insistOn(tx, candidate.id, systemClock.now()))) return err(refusal("credential_not_on_trial"));
    const { id: credential, fields } = candidate;
    return conclude(tx, actor, server, "credential.insisted", { credential, fields });
  });

/** Erases a credential. What was in use stops the portal from reaching the server; doors stay as they are. */
export const removeCredential = (
  actor: Actor,
  { id, credential }: One & { readonly credential: CredentialId },
): Promise<Result<EnforcementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("hs", id);
    const place = await placeFor(tx, actor, id);
    if (!place.ok) return refuse(tx, actor, place.error, subject);
    const found = (await listCredentials(tx, id)).find((each) => each.id === credential);
    if (found === undefined) return err(refusal("not_found"));
    if (!(await eraseCredential(tx, credential))) return err(refusal("not_found"));
    const { fields } = found;
    return conclude(tx, actor, place.value.server, "credential.removed", { credential, fields });
  });
