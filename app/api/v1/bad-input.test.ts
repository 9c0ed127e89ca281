import { describe, expect, test } from "vitest";
import { z } from "zod";
import { METHODS } from "#lib/api/openapi.ts";
import { ROUTES } from "./routes.ts";

type Path = readonly (string | number)[];
/** One text that a request may bear: where it stands, and a body in which only that place is filled. */
type Place = { readonly path: Path; readonly body: (value: string) => unknown };

const schemaOf = z.object({
  type: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  $ref: z.string().optional(),
});

/** Every place of a text in a JSON schema; choices and constants are not what a person types. */
const placesOf = (schema: unknown, named: Readonly<Record<string, unknown>>): readonly Place[] => {
  const { type, properties, items, anyOf, oneOf, enum: choices, const: only, $ref } = schemaOf.parse(schema ?? {});
  if ($ref !== undefined) return placesOf(named[$ref.replace("#/$defs/", "")], named);
  if (choices !== undefined || only !== undefined) return [];
  const branches = anyOf ?? oneOf;
  if (branches !== undefined) return branches.flatMap((branch) => placesOf(branch, named));
  if (type === "string") return [{ path: [], body: (value) => value }];
  if (type === "array")
    return placesOf(items, named).map(({ path, body }) => ({ path: [0, ...path], body: (value) => [body(value)] }));
  const constants = Object.fromEntries(
    Object.entries(properties ?? {}).flatMap(([name, held]) => {
      const { const: value } = schemaOf.parse(held);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return Object.entries(properties ?? {}).flatMap(([name, held]) =>
    placesOf(held, named).map(({ path, body }) => ({
      path: [name, ...path],
      body: (value: string) => ({ ...constants, [name]: body(value) }),
    })),
  );
};

const placesIn = (body: z.ZodType): readonly Place[] => {
  const schema = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return placesOf(schema, z.record(z.string(), z.unknown()).parse(schema.$defs ?? {}));
};
const isDeclared = (handler: unknown): handler is { readonly declaration: { readonly body?: unknown } } =>
  typeof handler === "function" && "declaration" in handler;

/** Signed documents are held to their own laws, with codes of their own. */
const SIGNED = "/enforcement/";
const PLAIN = Object.entries(ROUTES).filter(([path]) => !path.startsWith(SIGNED));

const BODIES = PLAIN.flatMap(([path, module]) =>
  METHODS.flatMap((method) => {
    const handler: unknown = module[method];
    const body = isDeclared(handler) ? handler.declaration.body : undefined;
    return body instanceof z.ZodType ? [{ name: `${method} ${path}`, body }] : [];
  }),
);
const FIELDS = BODIES.flatMap(({ name, body }) =>
  placesIn(body).map((place) => ({
    name: `${name} ${place.path.join(".")}`,
    schema: body,
    place,
  })),
);
/** Longer than the longest file that may be brought in. */
const LONGEST = 8_500_000;
const refuses = (schema: z.ZodType, { path, body }: Place, value: string): boolean => {
  const read = schema.safeParse(body(value));
  const at = path.join(".");
  return (
    !read.success && read.error.issues.some((issue) => issue.path.join(".") === at || issue.code === "invalid_union")
  );
};

describe("texts in request bodies", () => {
  test("are found in every route that takes them", () => {
    expect([BODIES.length > 40, FIELDS.length > 80]).toEqual([true, true]);
  });

  test.each(FIELDS)("$name: no NUL, no lone surrogate, nothing beyond a stated length", ({ schema, place }) => {
    expect(refuses(schema, place, "a\u0000b")).toBe(true);
    expect(refuses(schema, place, "a\ud800b")).toBe(true);
    expect(refuses(schema, place, "x".repeat(LONGEST))).toBe(true);
  });
});
