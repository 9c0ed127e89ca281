import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ROUTES } from "#app/api/v1/routes.ts";
import { METHODS } from "#lib/api/openapi.ts";
import { acts } from "./acts.ts";
import type { Ask } from "./http.ts";
import { queries } from "./queries.ts";

type Asked = { readonly answer: unknown; readonly path: string; readonly how: Ask };
const asked = vi.hoisted((): Asked[] => []);
vi.mock("./http.ts", async (original) => ({
  ...(await original<typeof import("./http.ts")>()),
  ask: (answer: unknown, path: string, how: Ask = {}) => {
    asked.push({ answer, path, how });
    return Promise.resolve(undefined);
  },
}));
beforeEach(() => {
  asked.length = 0;
});
afterEach(() => vi.clearAllMocks());

type Declared = { readonly output: unknown; readonly body?: unknown; readonly ifMatch?: boolean };
const isDeclared = (handler: unknown): handler is { readonly declaration: Declared } =>
  typeof handler === "function" && "declaration" in handler;

/** The route that a call reaches: a segment in braces stands for any one. */
const declarationOf = ({ path, how }: Asked): Declared | undefined => {
  const segments = path.replace("/api/v1", "").split("?")[0]?.split("/") ?? [];
  const fits = (route: string): boolean => {
    const parts = route.split("/");
    return parts.length === segments.length && parts.every((part, at) => part.startsWith("{") || part === segments[at]);
  };
  const literal = Object.keys(ROUTES)
    .filter(fits)
    .toSorted((a, b) => a.split("{").length - b.split("{").length)[0];
  const method = METHODS.find((each) => each === (how.method ?? "GET"));
  const handler = literal === undefined || method === undefined ? undefined : ROUTES[literal]?.[method];
  return isDeclared(handler) ? handler.declaration : undefined;
};

const last = (): Asked => {
  const call = asked.at(-1);
  if (call === undefined) throw new Error("nothing was asked");
  return call;
};
const ID = "xxx_01970000-0000-7000-8000-000000000000";

describe("what a page asks of the interface", () => {
  test.for(Object.entries(acts))("%s reaches a route, sends what it takes and reads what it answers", ([, act]) => {
    // Only where the call goes and how its answer is read are looked at; what it carries is the forms' own affair.
    void Reflect.apply(act, undefined, [ID, {}, 1]);
    const call = last();
    const declared = declarationOf(call);
    expect(declared, `${call.how.method} ${call.path}`).toBeDefined();
    expect(call.answer, "reads another view than the route answers").toBe(declared?.output);
    expect(call.how.body !== undefined, "a body where the route takes one").toBe(declared?.body !== undefined);
    expect(call.how.version !== undefined, "the version where the route asks for it").toBe(declared?.ifMatch === true);
  });

  test.for(Object.entries(queries))("%s reaches a route and reads what it answers", async ([, query]) => {
    const { queryFn } = Reflect.apply(query, undefined, [ID, "accept"]) as { queryFn?: unknown };
    if (typeof queryFn !== "function") throw new Error("no query");
    await Reflect.apply(queryFn, undefined, [{ signal: new AbortController().signal, pageParam: undefined }]);
    expect(last().answer).toBe(declarationOf(last())?.output);
  });
});
