import { asPoint, enrolAgent, getAgent, type PointPlace, placeOf } from "#lib/data/agents.ts";
import { appendAudit } from "#lib/data/audit.ts";
import type { Tx } from "#lib/data/client.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { type EnforcementPointId, parsePublicId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import type { PullExpectation, PullRequest } from "#lib/signing/agent-requests.ts";
import type { LAW_STATUS, LawRefusal } from "#lib/signing/documents.ts";

/** Who asks cannot be called: what is known of a request of theirs beside its text. */
export type Asking = {
  readonly now: Instant;
  readonly traceId: string;
  readonly signal: AbortSignal;
  /** Carried here as a file: its clock says when it was written, not that the clock is off. */
  readonly carried?: boolean;
};

/** Why a request is refused, in the specification's words; `clock` is the portal's own, where theirs is off. */
export type WireRefusal = {
  readonly code: keyof typeof LAW_STATUS;
  readonly detail: string;
  readonly clock?: Instant;
};

/** A refusal in the words of the wire; one for the time bears the portal's own clock, so that they can say how far theirs is off. */
export const wireRefusal = ({ code, detail }: LawRefusal, now: Instant): WireRefusal => {
  if (code === "receipt_replayed") return { code: "TILLIT_NONCE", detail: `sequence ${detail}` };
  if (code === "receipt_not_asked")
    return { code: "TILLIT_SUPERSEDED", detail: "it answers no list that was signed for this server" };
  return { code, detail, ...(code === "TILLIT_TIME" ? { clock: now } : {}) };
};

/** The same of a result. */
export const onTheWire = <T>(result: Result<T, LawRefusal>, now: Instant): Result<T, WireRefusal> =>
  result.ok ? result : err(wireRefusal(result.error, now));

export type KnownPoint = {
  readonly id: EnforcementPointId;
  readonly place: PointPlace;
  readonly expectation: PullExpectation;
};

/** What is known of the enforcement point that a request names; undefined where nothing may ask under that name. */
export const knownPoint = async (named: string, traceId: string): Promise<KnownPoint | undefined> => {
  const id = parsePublicId("ep", named);
  if (!id.ok) return undefined;
  return asPoint(id.value, traceId, async (tx) => {
    const place = await placeOf(tx, id.value);
    const agent = await getAgent(tx, id.value);
    if (place?.kind !== "agent") return undefined;
    const { federation, audience, pinned } = place;
    const keys = { ...pinned, ...(agent === undefined ? {} : { [agent.keyId]: agent.key }) };
    if (Object.keys(keys).length === 0) return undefined;
    return { id: id.value, place, expectation: { federation, audience, enforcementPoint: named, keys } };
  });
};

/**
 * Lets the server's own pinned key in where a request bears its signature: what runs inside the homeserver asks with the
 * key that the portal knows it by, and is enrolled by that.
 */
export const admitSigner = async (
  tx: Tx,
  { id, place }: KnownPoint,
  document: PullRequest,
  asking: Asking,
): Promise<void> => {
  const agent = await getAgent(tx, id);
  const by = (keyId: string, key: string): boolean => verifySignedJson(document, place.audience, keyId, key).ok;
  if (agent !== undefined && by(agent.keyId, agent.key)) return;
  const signer = Object.entries(place.pinned).find(([keyId, key]) => by(keyId, key));
  if (signer === undefined) return;
  const [keyId, key] = signer;
  await enrolAgent(tx, id, { keyId, key, software: "tillit-synapse" }, asking.now);
  const subject = toPublicId("hs", place.homeserver);
  const details = { key_id: keyId, software: "tillit-synapse" };
  await appendAudit(tx, { kind: "agent.enrolled", subject, agencyIds: place.agencies, details });
  await wakeReconciler(tx, [place.homeserver], asking.traceId);
  await notifyEvent(tx, { topic: "homeserver", id: subject, version: 0 });
};
