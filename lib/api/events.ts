import { actorFrom } from "#lib/auth/actor.ts";
import { EventView } from "#lib/contracts/events.ts";
import { subscribe } from "#lib/data/listen.ts";
import { canSee } from "#lib/data/visible.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type ErrorCode, refusal } from "#lib/domain/errors.ts";
import { processWide } from "#lib/platform/global.ts";
import { withTrace } from "#lib/platform/log.ts";
import { localeOf, problemResponse } from "./problem.ts";
import { traceIdOf } from "./trace.ts";

/** Often enough that no proxy takes the stream for dead, and that an ended session is noticed soon. */
const HEARTBEAT = 15_000;
/** A reader that does not read loses the stream, never the server's memory. */
const MAX_QUEUED = 1_000;

type Stream = { readonly end: () => void };
const open = processWide("event-streams", () => new Set<Stream>());

/** Ends every open stream: a server that stops must not wait for its readers. */
export const endStreams = (): void => {
  for (const stream of [...open]) stream.end();
};

processWide("event-streams-end", () => process.once("SIGTERM", endStreams).once("SIGINT", endStreams));

const encoder = new TextEncoder();

type Sink = ReadableStreamDefaultController<Uint8Array>;

const listen = async (request: Request, actor: Actor, sink: Sink, onEnd: (end: () => void) => void): Promise<void> => {
  let ended = false;
  const cleanups: (() => unknown)[] = [];
  const end = () => {
    if (ended) return;
    ended = true;
    open.delete(stream);
    for (const cleanup of cleanups) cleanup();
    try {
      sink.close();
    } catch {
      // The reader has already gone.
    }
  };
  const stream: Stream = { end };
  open.add(stream);
  onEnd(end);
  request.signal.addEventListener("abort", end, { once: true });
  const send = (text: string) => {
    if (ended) return;
    if ((sink.desiredSize ?? 0) < -MAX_QUEUED) return end();
    sink.enqueue(encoder.encode(text));
  };
  const stillHere = async () => {
    const now = await actorFrom(request).catch(() => undefined);
    if (now?.person === actor.person) return send(": alive\n\n");
    send("event: session_ended\ndata: {}\n\n");
    return end();
  };
  const timer = setInterval(() => void stillHere(), HEARTBEAT);
  cleanups.push(() => clearInterval(timer));
  send(": open\n\n");
  const unsubscribe = await subscribe((raw: unknown) => {
    const event = EventView.safeParse(raw);
    if (!event.success || ended) return;
    void canSee(actor, event.data)
      .then((visible) => visible && send(`event: changed\ndata: ${JSON.stringify(event.data)}\n\n`))
      .catch((fault: unknown) => withTrace(actor.traceId).warn({ err: fault }, "event not sent"));
  });
  if (ended) unsubscribe();
  else cleanups.push(unsubscribe);
};

/** Server-sent events: that something changed (topic, id, version), never what. Ends with the session. */
export const eventStream = async (request: Request): Promise<Response> => {
  const traceId = traceIdOf(request);
  const refuse = (code: ErrorCode) => problemResponse(refusal(code), localeOf(request), traceId);
  const actor = await actorFrom(request).catch((fault: unknown) => {
    withTrace(traceId).error({ err: fault }, "no actor for an event stream");
    return "away" as const;
  });
  if (actor === "away") return refuse("unavailable");
  if (actor === undefined) return refuse("not_signed_in");
  if (actor.credential.kind === "token") return refuse("scope_missing");
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start: (sink) => {
      listen(request, actor, sink, (ending) => {
        end = ending;
      }).catch((fault: unknown) => {
        withTrace(traceId).error({ err: fault }, "event stream failed");
        end();
      });
    },
    cancel: () => end(),
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
      "x-trace-id": traceId,
    },
  });
};
