import type { Enrolled } from "#lib/contracts/agents.ts";
import { alsoAsPoint, asEnrolling, enrolAgent, placeOf, takeCode } from "#lib/data/agents.ts";
import { appendAudit } from "#lib/data/audit.ts";
import type { Tx } from "#lib/data/client.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { rootKeys } from "#lib/data/signed-lists.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { type EnrolmentRequest, verifyEnrolment } from "#lib/signing/agent-requests.ts";
import { broken, type LawRefusal } from "#lib/signing/documents.ts";
import { type Asking, onTheWire, type WireRefusal } from "./agent-asks.ts";

const REFUSED = broken(
  "TILLIT_FORBIDDEN",
  "the code is not known, was used, or has run out: ask for a new one in the portal",
);

const enrol = async (
  tx: Tx,
  request: EnrolmentRequest,
  { now, traceId }: Asking,
): Promise<Result<Enrolled, LawRefusal>> => {
  const taken = await takeCode(tx, hashSecret(request.code), now);
  if (taken === undefined) return REFUSED;
  await alsoAsPoint(tx, taken.point);
  const place = await placeOf(tx, taken.point);
  if (place === undefined) return REFUSED;
  const subject = toPublicId("hs", place.homeserver);
  const said = { key_id: request.key_id, software: request.software };
  const row = { kind: "agent.enrolled" as const, subject, agencyIds: place.agencies };
  const good = taken.state === "taken" && place.kind === "agent" && place.audience === request.audience;
  if (!good) {
    // A code that comes a second time, or from elsewhere, may be in the wrong hands: its agency sees that it was tried.
    const why = taken.state === "taken" ? "not_for_this_server" : taken.state;
    await appendAudit(tx, { ...row, outcome: "refused", code: "not_permitted", details: { ...said, why } });
    return REFUSED;
  }
  await enrolAgent(tx, taken.point, { keyId: request.key_id, key: request.key, software: request.software }, now);
  await appendAudit(tx, { ...row, details: said });
  await wakeReconciler(tx, [place.homeserver], traceId);
  await notifyEvent(tx, { topic: "homeserver", id: subject, version: 0 });
  const keys = await rootKeys(tx);
  return ok({
    federation: place.federation,
    enforcement_point: toPublicId("ep", taken.point),
    root_keys: Object.fromEntries(keys.map(({ keyId, key }) => [keyId, key])),
  });
};

/**
 * Lets in the key of a program that shows a one-time code and has signed with that key (signed documents, section 5).
 * The code is used up by the first that shows it, whatever becomes of it; a key let in takes the place of the one before.
 */
export const enrolAnAgent = async (text: string, asking: Asking): Promise<Result<Enrolled, WireRefusal>> => {
  const request = verifyEnrolment(text, asking.now);
  if (!request.ok) return onTheWire(request, asking.now);
  const { code } = request.value;
  const enrolled = await asEnrolling(hashSecret(code), asking.traceId, (tx) => enrol(tx, request.value, asking));
  return onTheWire(enrolled, asking.now);
};
