import { z } from "zod";
import type { Instant } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { withTrace } from "#lib/platform/log.ts";
import { LAW_STATUS } from "#lib/signing/documents.ts";
import { isAway, type RouteHandler } from "./define-route.ts";
import { readBytes } from "./parse.ts";
import { traceIdOf } from "./trace.ts";

/** Why a signed request is refused, in the words of the open specification; `clock` is the portal's own (ms). */
export type SignedRefusal = {
  readonly code: keyof typeof LAW_STATUS;
  readonly detail: string;
  readonly clock?: Instant;
};

export type SignedContext = {
  readonly now: Instant;
  readonly traceId: string;
  /** Aborted when whoever asks has gone. */
  readonly signal: AbortSignal;
};

type SignedDeclaration<O extends z.ZodType> = {
  readonly summary: string;
  readonly output: O;
  readonly maxBytes: number;
  /** Gets the body's exact text: the signature is over its bytes. Undefined answers 204. */
  readonly run: (text: string, context: SignedContext) => Promise<Result<z.input<O> | undefined, SignedRefusal>>;
};

const reply = (status: number, traceId: string, body?: unknown): Response =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json; charset=utf-8" }),
      "cache-control": "no-store",
      "x-trace-id": traceId,
    },
  });

const refusedReply = ({ code, detail, clock }: SignedRefusal, traceId: string): Response =>
  reply(LAW_STATUS[code], traceId, { errcode: code, error: detail, ...(clock === undefined ? {} : { clock }) });

const textOf = async (request: Request, maxBytes: number): Promise<string | SignedRefusal> => {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return { code: "TILLIT_MALFORMED", detail: "the body is not application/json" };
  const bytes = await readBytes(request, maxBytes);
  if (!bytes.ok) return { code: "TILLIT_SIZE", detail: `more than ${maxBytes} bytes` };
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.value);
  } catch {
    return { code: "TILLIT_MALFORMED", detail: "the body is not UTF-8" };
  }
};

/**
 * Makes the handler of a route for programs that prove who they are by signing what they send: no session, no cookie and
 * no origin counts. Refusals bear the specification's codes (signed documents, section 5).
 */
export const defineSignedRoute = <O extends z.ZodType>({
  summary,
  output,
  maxBytes,
  run,
}: SignedDeclaration<O>): RouteHandler => {
  const handler = async (request: Request): Promise<Response> => {
    const traceId = traceIdOf(request);
    try {
      const text = await textOf(request, maxBytes);
      if (typeof text !== "string") return refusedReply(text, traceId);
      const result = await run(text, { now: systemClock.now(), traceId, signal: request.signal });
      if (!result.ok) return refusedReply(result.error, traceId);
      return result.value === undefined ? reply(204, traceId) : reply(200, traceId, output.parse(result.value));
    } catch (fault) {
      withTrace(traceId).error({ err: fault, path: new URL(request.url).pathname }, "request failed");
      const away = isAway(fault);
      return reply(away ? 503 : 500, traceId, {
        errcode: away ? "TILLIT_UNAVAILABLE" : "TILLIT_INTERNAL",
        error: away ? "the portal's database is away: ask again later" : `a fault of the portal, trace ${traceId}`,
      });
    }
  };
  const body = z.looseObject({ type: z.string(), signatures: z.record(z.string(), z.record(z.string(), z.string())) });
  return Object.assign(handler, { declaration: { summary, body, output, public: true } });
};
