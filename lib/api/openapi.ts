import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { Problem } from "#lib/contracts/problem.ts";
import type { RouteHandler } from "./define-route.ts";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];
/** A route file's exports; a handler without a declaration (the event stream) is described by hand. */
export type RouteModule = Partial<Record<Method, unknown>>;
/** Every route file by its path, `/agencies/{id}`. */
export type Routes = Readonly<Record<string, RouteModule>>;

type Declared = RouteHandler["declaration"];

const declarationOf = (handler: unknown): Declared | undefined =>
  typeof handler === "function" && "declaration" in handler ? (handler as RouteHandler).declaration : undefined;

const objectOr = (schema: z.ZodType | undefined): z.ZodObject | undefined =>
  schema instanceof z.ZodObject ? schema : undefined;

const headersOf = ({ ifMatch, replay }: Declared): z.ZodObject | undefined => {
  const shape = {
    ...(ifMatch === true ? { "If-Match": z.string().meta({ description: 'The version that was seen: `"7"`.' }) } : {}),
    ...(replay === undefined
      ? {}
      : {
          "Idempotency-Key": z
            .string()
            .optional()
            .meta({ description: "A repeat answers the first result, without secrets." }),
        }),
  };
  return Object.keys(shape).length === 0 ? undefined : z.object(shape);
};

const operationOf = (method: Method, path: string, declared: Declared): ZodOpenApiOperationObject => {
  const { summary, params, query, body, output, status = 200, scope, media } = declared;
  const [pathParams, queryParams, header] = [objectOr(params), objectOr(query), headersOf(declared)];
  const open = { content: { "application/problem+json": { schema: Problem } } };
  const credentials = [{ session: [] }, ...(scope === undefined ? [] : [{ token: [scope] }])];
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-zA-Z]+(\w)?/g, (_all, next: string | undefined) => (next ?? "").toUpperCase())}`,
    summary,
    tags: [path.split("/")[1] ?? "api"],
    security: declared.public ? [] : credentials,
    requestParams: {
      ...(pathParams === undefined ? {} : { path: pathParams }),
      ...(queryParams === undefined ? {} : { query: queryParams }),
      ...(header === undefined ? {} : { header }),
    },
    ...(body === undefined ? {} : { requestBody: { content: { "application/json": { schema: body } } } }),
    responses: {
      [String(status)]: {
        description: "Done.",
        content: { [media?.split(";")[0] ?? "application/json"]: { schema: output } },
      },
      default: { description: "Refused: problem details (RFC 9457).", ...open },
    },
  };
};

const EVENTS: ZodOpenApiOperationObject = {
  operationId: "getEvents",
  summary: "Server-sent events: that something changed, never what",
  tags: ["events"],
  security: [{ session: [] }],
  responses: {
    "200": { description: "A stream of `changed` events.", content: { "text/event-stream": { schema: z.string() } } },
  },
};
const SELF: ZodOpenApiOperationObject = {
  operationId: "getOpenapi",
  summary: "This document",
  tags: ["api"],
  security: [],
  responses: { "200": { description: "OpenAPI 3.1.", content: { "application/json": { schema: z.looseObject({}) } } } },
};
const BY_HAND: Readonly<Record<string, ZodOpenApiOperationObject>> = { "/events": EVENTS, "/openapi.json": SELF };

const pathsOf = (routes: Routes): ZodOpenApiPathsObject =>
  Object.fromEntries(
    Object.entries(routes).map(([path, module]) => [
      `/api/v1${path}`,
      Object.fromEntries(
        METHODS.flatMap((method) => {
          if (module[method] === undefined) return [];
          const declared = declarationOf(module[method]);
          const operation = declared === undefined ? BY_HAND[path] : operationOf(method, path, declared);
          return operation === undefined ? [] : [[method.toLowerCase(), operation]];
        }),
      ),
    ]),
  );

/** The OpenAPI 3.1 description, from the declarations that serve the requests. */
export const openApiDocument = (routes: Routes) =>
  createDocument({
    openapi: "3.1.0",
    info: {
      title: "Tillit",
      version: "1",
      description: "Federation agreements between government chat servers. Tokens read and prepare; they never decide.",
      license: { name: "EUPL-1.2", identifier: "EUPL-1.2" },
    },
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tillit.session",
          description: "Writes need the portal's own Origin.",
        },
        token: { type: "http", scheme: "bearer", description: "A personal API token, with scopes." },
      },
    },
  });
