import { asPoint, listOfDigest, lockAgent, noteClock, noteReceipt } from "#lib/data/agents.ts";
import type { Tx } from "#lib/data/client.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { broken, type LawRefusal, readReceipt } from "#lib/signing/documents.ts";
import { verifyReceipt } from "#lib/signing/receipts.ts";
import { type Asking, type KnownPoint, knownPoint, onTheWire, type WireRefusal } from "./agent-asks.ts";

/** How far an enforcement point's own clock may be off before what it reports is not taken (ms). */
const MOST_SKEW = MINUTE;

const take = async (
  tx: Tx,
  known: KnownPoint,
  text: string,
  asking: Asking,
): Promise<Result<Record<string, never>, LawRefusal>> => {
  const { id, place, expectation } = known;
  const agent = await lockAgent(tx, id);
  const form = readReceipt(text);
  const audience = parseServerName(place.audience);
  if (agent === undefined || !audience.ok) return broken("TILLIT_FORBIDDEN");
  if (!form.ok) return form;
  const { answers } = form.value.fields;
  const list = await listOfDigest(tx, place.homeserver, answers);
  const read = verifyReceipt(text, {
    federation: place.federation,
    audience: audience.value,
    signedBy: audience.value,
    keys: expectation.keys,
    above: agent.lastSequence,
    answers: list === undefined ? "" : answers,
  });
  if (!read.ok) return read;
  const { boot, sequence, clock, software } = read.value.fields;
  const off = clock - asking.now;
  const late = asking.carried === true && off < 0;
  if (Math.abs(off) > MOST_SKEW && !late) {
    await noteClock(tx, id, off, asking.now);
    return broken("TILLIT_TIME", `its clock is off by ${off} ms`);
  }
  const { agent: program, target } = typeof software === "string" ? { agent: software } : software;
  const said = [program, target].filter((part) => part !== undefined).join(", ");
  await noteReceipt(tx, agent, { point: id, boot, sequence, bytes: text, software: said, at: asking.now });
  await wakeReconciler(tx, [place.homeserver], asking.traceId);
  await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", place.homeserver), version: 0 });
  return ok({});
};

/**
 * Takes the receipt of an enforcement point that cannot be called (signed documents, law 12): signed by the key it
 * enrolled with, for a list that was signed for its server, and newer than the one before. The worker is woken to judge it.
 */
export const takeReceipt = async (
  text: string,
  asking: Asking,
): Promise<Result<Record<string, never>, WireRefusal>> => {
  const form = readReceipt(text);
  if (!form.ok) return onTheWire(form, asking.now);
  const known = await knownPoint(form.value.fields.enforcement_point, asking.traceId);
  if (known === undefined) return onTheWire(broken("TILLIT_FORBIDDEN"), asking.now);
  const taken = await asPoint(known.id, asking.traceId, (tx) => take(tx, known, text, asking));
  return onTheWire(taken, asking.now);
};
