import { z } from "zod";
import { actorFrom } from "#lib/auth/actor.ts";
import { type Actor, reaches, type Scope } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { settings } from "#lib/platform/env.ts";
import { withTrace } from "#lib/platform/log.ts";
import { once } from "./idempotency.ts";
import { ifMatchOf, parseInput, queryOf, readJson } from "./parse.ts";
import { localeOf, problemResponse } from "./problem.ts";
import { noteRefusal } from "./refused.ts";
import { traceIdOf } from "./trace.ts";

type Out<S> = S extends z.ZodType ? z.output<S> : object;
type Versioned<M> = M extends true ? { readonly version: number } : object;
type Input<P, Q, B, M> = Out<P> & Out<Q> & Out<B> & Versioned<M>;

/** What a run may look at and set beside its input. */
export type RunContext = {
  readonly request: Request;
  readonly traceId: string;
  readonly headers: Headers;
  /** Where the portal is reached. */
  readonly baseUrl: string;
};
type Schema = z.ZodType | undefined;

/** What stands in a route's declaration; OpenAPI is generated from the same. */
export type Declaration<
  P extends Schema,
  Q extends Schema,
  B extends Schema,
  O extends z.ZodType,
  M extends boolean | undefined,
> = {
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly output: O;
  /** The status of success: 200, or 201 for what creates. */
  readonly status?: 200 | 201;
  /** The scope a token needs; without one, tokens are refused. */
  readonly scope?: Scope;
  /** Demands `If-Match`; the version then stands in the input. */
  readonly ifMatch?: M;
  /** The version of the output, sent as ETag. */
  readonly etag?: (output: z.input<O>) => number;
  /** Takes an Idempotency-Key; the value is what a replay answers (without its secrets). */
  readonly replay?: (output: z.output<O>) => unknown;
  readonly maxBytes?: number;
  /** What is sent instead of JSON, and the name of the file that it is; the run then yields it in pieces. */
  readonly media?: string;
  readonly fileName?: string;
};

type Run<A, I, O extends z.ZodType> = (actor: A, input: I, context: RunContext) => Promise<Result<z.input<O>, Refusal>>;
type AnyDeclaration = Declaration<Schema, Schema, Schema, z.ZodType, boolean | undefined>;
type NextContext = { readonly params: Promise<Record<string, string | string[] | undefined>> };

/** A route handler that carries its declaration. */
export type RouteHandler = ((request: Request, context: NextContext) => Promise<Response>) & {
  readonly declaration: AnyDeclaration & { readonly public: boolean };
};

const READS = new Set(["GET", "HEAD"]);

const originRefusal = (request: Request): Refusal | undefined =>
  request.headers.get("origin") === new URL(settings().baseUrl).origin ? undefined : refusal("wrong_origin");

const gate = (request: Request, actor: Actor | undefined, { scope, ...rest }: AnyDeclaration & { public: boolean }) => {
  if (actor === undefined && !rest.public) return refusal("not_signed_in");
  const byToken = actor?.credential.kind === "token";
  if (!READS.has(request.method) && !byToken) {
    const wrong = originRefusal(request);
    if (wrong !== undefined) return wrong;
  }
  if (!byToken || actor === undefined || rest.public) return undefined;
  if (scope === undefined) return refusal("tokens_never_decide");
  return reaches(actor, scope) ? undefined : refusal("scope_missing");
};

const merge = async (
  declaration: AnyDeclaration,
  request: Request,
  params: unknown,
): Promise<Result<Record<string, unknown>, Refusal>> => {
  const read: Record<string, unknown> = {};
  const sources: (readonly [Schema, () => Promise<Result<unknown, Refusal>>])[] = [
    [declaration.params, async () => ok(params)],
    [declaration.query, async () => ok(queryOf(request))],
    [declaration.body, () => readJson(request, declaration.maxBytes)],
  ];
  for (const [schema, source] of sources) {
    if (schema === undefined) continue;
    const raw = await source();
    if (!raw.ok) return raw;
    const parsed = await parseInput(schema, raw.value);
    if (!parsed.ok) return parsed;
    Object.assign(read, parsed.value);
  }
  if (declaration.ifMatch !== true) return ok(read);
  const version = ifMatchOf(request);
  return version.ok ? ok({ ...read, version: version.value }) : version;
};

const answer = (declaration: AnyDeclaration, output: unknown, headers: Headers): Response => {
  const { etag, status = 200 } = declaration;
  headers.set("content-type", "application/json; charset=utf-8");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (etag !== undefined) headers.set("etag", `"${etag(output)}"`);
  return new Response(JSON.stringify(output), { status, headers });
};

/** A file in pieces as they are made: it holds no more than one in memory, and one that breaks off fails at the reader. */
const download = ({ media = "", fileName }: AnyDeclaration, pieces: unknown, headers: Headers): Response => {
  headers.set("content-type", media);
  headers.set("cache-control", "no-store");
  headers.set("x-content-type-options", "nosniff");
  if (fileName !== undefined) headers.set("content-disposition", `attachment; filename="${fileName}"`);
  // The run of a download yields text or bytes: see defineDownload.
  const iterator = (pieces as AsyncIterable<string | Uint8Array>)[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
  return new Response(body, { headers });
};

type AnyRun = (actor: Actor | undefined, input: never, context: RunContext) => Promise<Result<unknown, Refusal>>;

const make = (declaration: AnyDeclaration & { public: boolean }, run: AnyRun): RouteHandler => {
  const serve = async (request: Request, next: NextContext, traceId: string, locale: { now: "sv" | "en" }) => {
    const found = await actorFrom(request);
    const actor = found === undefined ? undefined : { ...found, traceId };
    locale.now = actor?.locale ?? locale.now;
    const refused = gate(request, actor, declaration);
    if (refused !== undefined) {
      if (actor !== undefined) await noteRefusal(actor, refused, request);
      return err(refused);
    }
    const input = await merge(declaration, request, await next.params);
    if (!input.ok) {
      if (actor !== undefined && !READS.has(request.method)) await noteRefusal(actor, input.error, request);
      return input;
    }
    const headers = new Headers({ "x-trace-id": traceId });
    // The input was parsed by the very schemas from which the run's type is made.
    const act = () => run(actor, input.value as never, { request, traceId, headers, baseUrl: settings().baseUrl });
    const { replay } = declaration;
    const result =
      replay === undefined || actor === undefined
        ? await act()
        : await once({ actor, request, input: input.value, headers, replay, act });
    if (!result.ok) return result;
    if (declaration.media !== undefined) return ok(download(declaration, result.value, headers));
    // A replay's secrets are gone, so the whole view's schema no longer fits it; it was parsed when it was first sent.
    const output = headers.has("idempotent-replayed") ? result.value : declaration.output.parse(result.value);
    return ok(answer(declaration, output, headers));
  };

  const handler = async (request: Request, next: NextContext): Promise<Response> => {
    const traceId = traceIdOf(request);
    const locale = { now: localeOf(request) };
    try {
      const result = await serve(request, next, traceId, locale);
      return result.ok ? result.value : problemResponse(result.error, locale.now, traceId);
    } catch (fault) {
      withTrace(traceId).error({ err: fault, path: new URL(request.url).pathname }, "request failed");
      return problemResponse(refusal(isAway(fault) ? "unavailable" : "internal"), locale.now, traceId);
    }
  };
  return Object.assign(handler, { declaration });
};

/** Errors of the driver, of Prisma and of the system that say the database cannot be reached now. */
const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ETIMEDOUT",
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "57P01",
  "57P03",
]);
/** Whether a fault says that the database cannot be reached now. */
export const isAway = (fault: unknown, depth = 0): boolean => {
  if (typeof fault !== "object" || fault === null || depth > 4) return false;
  if ("code" in fault && typeof fault.code === "string" && AWAY.has(fault.code)) return true;
  return "cause" in fault && isAway(fault.cause, depth + 1);
};

/**
 * Makes a route handler: actor, gate (session, same origin, scope), parse, run, parse the output, problem.
 * Malformed input never answers 5xx; a fault of ours answers 500 with its trace id and nothing of its inside.
 */
export const defineRoute = <
  O extends z.ZodType,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  M extends boolean | undefined = undefined,
>({
  run,
  ...declaration
}: Declaration<P, Q, B, O, M> & { readonly run: Run<Actor, Input<P, Q, B, M>, O> }): RouteHandler =>
  make({ ...(declaration as AnyDeclaration), public: false }, run as AnyRun);

/** The same for a route that answers strangers too; its run gets no actor for one. Writes still need the own origin. */
export const definePublicRoute = <
  O extends z.ZodType,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
  M extends boolean | undefined = undefined,
>({
  run,
  ...declaration
}: Declaration<P, Q, B, O, M> & { readonly run: Run<Actor | undefined, Input<P, Q, B, M>, O> }): RouteHandler =>
  make({ ...(declaration as AnyDeclaration), public: true }, run as AnyRun);

type Download<A, P extends Schema, Q extends Schema> = Omit<
  Declaration<P, Q, undefined, z.ZodString, undefined>,
  "output" | "body" | "etag" | "replay" | "ifMatch" | "media"
> & {
  readonly media: string;
  readonly run: (
    actor: A,
    input: Out<P> & Out<Q>,
    context: RunContext,
  ) => Promise<Result<AsyncIterable<string | Uint8Array>, Refusal>>;
};

/** The same for what is taken out as a file: its run yields text or bytes in pieces, and it is sent as they come. */
export const defineDownload = <P extends Schema = undefined, Q extends Schema = undefined>({
  run,
  ...declaration
}: Download<Actor, P, Q>): RouteHandler =>
  make({ ...(declaration as Omit<AnyDeclaration, "output">), output: z.string(), public: false }, run as AnyRun);

/** A file for strangers too: whoever asks shows by the input what they may read. */
export const definePublicDownload = <P extends Schema = undefined, Q extends Schema = undefined>({
  run,
  ...declaration
}: Download<Actor | undefined, P, Q>): RouteHandler =>
  make({ ...(declaration as Omit<AnyDeclaration, "output">), output: z.string(), public: true }, run as AnyRun);
