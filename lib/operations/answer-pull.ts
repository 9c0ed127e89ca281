import { setTimeout as sleep } from "node:timers/promises";
import type { PullAnswer } from "#lib/contracts/agents.ts";
import { asPoint, type Newest, newestDocuments, noteClock, notePull, useNonce } from "#lib/data/agents.ts";
import { subscribe } from "#lib/data/listen.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { processWide } from "#lib/platform/global.ts";
import { type PullRequest, verifyPull } from "#lib/signing/agent-requests.ts";
import { broken, readRenewal } from "#lib/signing/documents.ts";
import { type Asking, admitSigner, type KnownPoint, knownPoint, onTheWire, type WireRefusal } from "./agent-asks.ts";

type Place = { readonly epoch: number; readonly version: number };

const placeIn = (text: string): Place => {
  const [epoch = 0, version = 0] = text.split(".").map(Number);
  return { epoch, version };
};
const isNewer = (a: Place, b: Place): boolean => a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);

/** What of the newest documents whoever asks does not hold, in the order in which they are to be taken. */
const missing = ({ keyset, list }: Newest, held: PullRequest): PullAnswer["documents"] => {
  const documents: PullAnswer["documents"] = [];
  if (keyset !== undefined && isNewer(keyset, placeIn(held.keyset)))
    documents.push({ kind: "keyset", bytes: keyset.bytes });
  if (list === undefined) return documents;
  const mine = placeIn(held.list);
  const newList = isNewer(list, mine);
  if (newList) documents.push({ kind: "list", bytes: list.bytes });
  const current = newList || (list.epoch === mine.epoch && list.version === mine.version);
  const renewal = list.renewal === undefined ? undefined : readRenewal(list.renewal);
  if (current && renewal?.ok && (newList || renewal.value.fields.issued_at > held.renewal))
    documents.push({ kind: "renewal", bytes: renewal.value.text });
  return documents;
};

/** Questions of each enforcement point that wait in this process: one that asks again has given up the one before. */
const waiting = (): Map<string, () => void> => processWide("agents.waiting", () => new Map<string, () => void>());

/** Waits for something to happen to a server: true for news, false when the time has passed or nobody waits any more. */
const newsOf = (server: string, point: string, gone: AbortSignal) => {
  const over = new AbortController();
  const end = (): void => over.abort();
  waiting().get(point)?.();
  waiting().set(point, end);
  let heard = false;
  let wake: (() => void) | undefined;
  const news = (): void => {
    heard = true;
    wake?.();
  };
  // What happened before the connection stood was not heard.
  const stop = subscribe(({ topic, id }) => {
    if (topic === "homeserver" && id === server) news();
  }, news);
  gone.addEventListener("abort", end);
  return {
    over: over.signal,
    next: async (ms: number): Promise<boolean> => {
      const turn = new AbortController();
      wake = () => turn.abort();
      if (!heard)
        await sleep(ms, undefined, { signal: AbortSignal.any([turn.signal, over.signal]) }).catch(() => undefined);
      const told = heard;
      heard = false;
      return told && !over.signal.aborted;
    },
    close: (): void => {
      stop();
      gone.removeEventListener("abort", end);
      if (waiting().get(point) === end) waiting().delete(point);
    },
  };
};

const answer = async (
  known: KnownPoint,
  request: PullRequest,
  { signal, traceId }: Asking,
): Promise<PullAnswer | undefined> => {
  const { id, place } = known;
  const look = () => asPoint(id, traceId, async (tx) => missing(await newestDocuments(tx, place.homeserver), request));
  const found = (documents: PullAnswer["documents"]) => (documents.length > 0 ? { documents } : undefined);
  if (request.wait === 0) return found(await look());
  // Events are heard before the first look, so that nothing falls between the two.
  const news = newsOf(toPublicId("hs", place.homeserver), id, signal);
  const until = performance.now() + request.wait;
  try {
    for (;;) {
      const answered = found(await look());
      if (answered !== undefined) return answered;
      const left = until - performance.now();
      if (left <= 0 || news.over.aborted) return undefined;
      // While the link to the database is broken events are lost, so the end of the wait looks once more.
      await news.next(left);
    }
  } finally {
    news.close();
  }
};

/**
 * Answers what is newer than what an enforcement point holds, waiting for it as long as it asks (signed documents,
 * section 5). Undefined: nothing came. Each request is held to its key, its time and its nonce.
 */
export const answerPull = async (
  text: string,
  asking: Asking,
): Promise<Result<PullAnswer | undefined, WireRefusal>> => {
  const { now, traceId } = asking;
  const found = new Map<string, KnownPoint>();
  const request = await verifyPull(text, now, async (named) => {
    const known = await knownPoint(named, traceId);
    if (known !== undefined) found.set("asking", known);
    return known?.expectation;
  });
  const point = found.get("asking");
  if (!request.ok) {
    // The signature held: it is this agent whose clock is off, and its page says so.
    if (request.error.code === "TILLIT_TIME" && point !== undefined)
      await asPoint(point.id, traceId, (tx) => noteClock(tx, point.id, issuedAt(text) - now, now));
    return onTheWire(request, now);
  }
  if (point === undefined) return onTheWire(broken("TILLIT_FORBIDDEN"), now);
  const fresh = await asPoint(point.id, traceId, async (tx) => {
    const unused = await useNonce(tx, point.id, request.value.nonce, now);
    if (!unused) return false;
    await admitSigner(tx, point, request.value, asking);
    await notePull(tx, point.id, now);
    return true;
  });
  if (!fresh) return onTheWire(broken("TILLIT_NONCE", "this nonce was used before"), now);
  return ok(await answer(point, request.value, asking));
};

const issuedAt = (text: string): number => {
  const read: unknown = JSON.parse(text);
  return typeof read === "object" && read !== null && "issued_at" in read ? Number(read.issued_at) : 0;
};
