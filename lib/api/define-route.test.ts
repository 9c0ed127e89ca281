import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { CreateAgency } from "#lib/contracts/directory.ts";
import { AddHomeserver } from "#lib/contracts/homeservers.ts";
import { RequestTrust } from "#lib/contracts/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { refusal } from "#lib/domain/errors.ts";
import { idOf } from "#lib/domain/ids.ts";
import { err, ok } from "#lib/domain/result.ts";
import { setLogLevel } from "#lib/platform/log.ts";

const held = vi.hoisted(() => ({
  actor: undefined as unknown,
  refused: [] as { code: string; subject: string; details: object }[],
  store: new Map<string, { hash: string; response: unknown }>(),
}));
vi.mock("#lib/auth/actor.ts", () => ({ actorFrom: async () => held.actor }));
vi.mock("#lib/data/idempotency.ts", () => ({
  reserve: async (_actor: unknown, { key }: { key: string }, hash: string) => {
    const kept = held.store.get(key);
    if (kept === undefined) return { state: "fresh" };
    return kept.hash === hash ? { state: "done", response: kept.response } : { state: "other" };
  },
  remember: async (_actor: unknown, { key }: { key: string }, response: unknown) => {
    held.store.set(key, { hash: held.store.get(`${key}#`)?.hash ?? "", response });
  },
  forget: async () => {},
}));

vi.mock("#lib/data/transaction.ts", () => ({
  recordRefusal: async (_actor: unknown, { code }: { code: string }, subject: string, details: object) => {
    held.refused.push({ code, subject, details });
  },
}));

const { admit, MOST_ROWS, WINDOW } = await import("./refused.ts");
const { defineDownload, defineRoute, definePublicRoute } = await import("./define-route.ts");
setLogLevel("silent");

const ORIGIN = "http://localhost:3000";
const person: Actor = {
  person: idOf("per", "0197a000-0000-7000-8000-000000000001"),
  pseudonym: "0197a000-0000-7000-8000-000000000002",
  memberships: [],
  credential: { kind: "oidc", issuer: "https://issuer.example", acr: undefined },
  locale: "sv",
  traceId: "0".repeat(32),
};
const byToken = (...scopes: readonly ("agreements:read" | "agreements:write")[]): Actor => ({
  ...person,
  credential: { kind: "token", scopes },
});

const View = z.object({ version: z.int(), name: z.string() });
const Body = z.strictObject({ name: z.string() });
const context = { params: Promise.resolve({}) };
const post = (body: BodyInit | undefined, headers: Record<string, string> = {}) =>
  new Request(`${ORIGIN}/api/v1/things`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: ORIGIN, ...headers },
    ...(body === undefined ? {} : { body }),
  });
const route = defineRoute({
  summary: "x",
  body: Body,
  output: View,
  scope: "agreements:write",
  etag: ({ version }) => version,
  run: async (_actor, { name }) => ok({ version: 7, name }),
});
const codeIn = async (response: Response): Promise<string> => {
  const problem: { code: string } = await response.json();
  return `${response.status} ${problem.code}`;
};

beforeEach(() => {
  held.actor = person;
  held.store.clear();
  held.refused.length = 0;
});

describe("a route", () => {
  test("answers its output with ETag and trace id, and takes the caller's trace id", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const response = await route(post('{"name":"a"}', { traceparent: `00-${trace}-00f067aa0ba902b7-01` }), context);
    expect([response.status, response.headers.get("etag"), response.headers.get("x-trace-id")]).toEqual([
      200,
      '"7"',
      trace,
    ]);
  });

  test("refuses a stranger, a foreign origin, another content type, broken JSON and too much of it", async () => {
    expect(await codeIn(await route(post("{}", { origin: "https://evil.example" }), context))).toBe("403 wrong_origin");
    expect(await codeIn(await route(post("{}", { "content-type": "text/plain" }), context))).toBe(
      "415 wrong_content_type",
    );
    expect(await codeIn(await route(post("{"), context))).toBe("400 invalid_json");
    expect(await codeIn(await route(post(`{"name":"${"x".repeat(12_000_000)}"}`), context))).toBe("413 body_too_large");
    held.actor = undefined;
    expect(await codeIn(await route(post("{}"), context))).toBe("401 not_signed_in");
  });

  test("refuses extra and missing fields by their path", async () => {
    expect(await codeIn(await route(post('{"name":"a","more":1}'), context))).toBe("400 invalid_input");
    const problem: { fields: { path: string }[] } = await (await route(post("{}"), context)).json();
    expect(problem.fields.map(({ path }) => path)).toEqual(["name"]);
  });

  test("refuses a token without the scope, and any token where no scope reaches", async () => {
    held.actor = byToken("agreements:read");
    expect(await codeIn(await route(post('{"name":"a"}'), context))).toBe("403 scope_missing");
    held.actor = byToken("agreements:write");
    expect((await route(post('{"name":"a"}', { origin: "https://elsewhere.example" }), context)).status).toBe(200);
    const deciding = defineRoute({
      summary: "x",
      body: Body,
      output: View,
      run: async () => ok({ version: 1, name: "" }),
    });
    expect(await codeIn(await deciding(post('{"name":"a"}'), context))).toBe("403 tokens_never_decide");
  });

  test("leaves a row for what a signed-in person was refused, and none for a stranger or a read", async () => {
    const somebody = () => ({ ...person, person: idOf("per", crypto.randomUUID()) });
    held.actor = somebody();
    await route(post("{}", { origin: "https://evil.example" }), context);
    await route(post("{"), context);
    await route(post('{"more":1}'), context);
    held.actor = { ...somebody(), credential: byToken("agreements:read").credential };
    await route(post('{"name":"a"}'), context);
    held.actor = undefined;
    await route(post("{}"), context);
    const subject = "POST /api/v1/things";
    expect(held.refused.map(({ code, ...row }) => [code, row.subject])).toEqual([
      ["wrong_origin", subject],
      ["invalid_json", subject],
      ["invalid_input", subject],
      ["scope_missing", subject],
    ]);
  });

  test("fills no log for who repeats what is refused: twenty rows in ten minutes, and then how many were left out", async () => {
    held.actor = { ...person, person: idOf("per", crypto.randomUUID()) };
    for (let count = 0; count < MOST_ROWS + 30; count += 1) await route(post("{"), context);
    expect(held.refused).toHaveLength(MOST_ROWS);
    const counts: Parameters<typeof admit>[0] = new Map();
    for (let count = 0; count < MOST_ROWS + 30; count += 1) admit(counts, "a", 1_000);
    expect(admit(counts, "b", 1_000)).toEqual({ leftOut: 0 });
    expect(admit(counts, "a", 1_000 + WINDOW - 1)).toBeUndefined();
    expect(admit(counts, "a", 1_000 + WINDOW)).toEqual({ leftOut: 31 });
  });

  test("sends a file in pieces as they are made, and fails at the reader where it breaks off", async () => {
    let made = 0;
    const file = (breaks: boolean) =>
      defineDownload({
        summary: "x",
        media: "text/csv; charset=utf-8",
        fileName: "x.csv",
        run: async () => {
          const pieces = async function* () {
            for (const piece of ["å,b\r\n", "1,2\r\n"]) {
              made += 1;
              yield piece;
            }
            if (breaks) throw new Error("broken off");
          };
          return ok(pieces());
        },
      });
    const get = () => new Request(`${ORIGIN}/api/v1/things`);
    const response = await file(false)(get(), context);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="x.csv"');
    expect(await response.text()).toBe("å,b\r\n1,2\r\n");
    made = 0;
    const reader = (await file(true)(get(), context)).body?.getReader();
    await reader?.read();
    expect(made).toBeLessThan(3);
    await expect(
      Promise.resolve().then(async () => {
        await reader?.read();
        await reader?.read();
      }),
    ).rejects.toThrow("broken off");
  });

  test("demands If-Match where it is declared, and takes no wildcard for it", async () => {
    const matched = defineRoute({
      summary: "x",
      body: Body,
      output: View,
      ifMatch: true,
      run: async (_actor, { version, name }) =>
        version === 7 ? ok({ version, name }) : err(refusal("stale_version", { params: { current: 7 } })),
    });
    expect(await codeIn(await matched(post('{"name":"a"}'), context))).toBe("428 precondition_required");
    expect(await codeIn(await matched(post('{"name":"a"}', { "if-match": "*" }), context))).toBe(
      "428 precondition_required",
    );
    expect(await codeIn(await matched(post('{"name":"a"}', { "if-match": '"6"' }), context))).toBe("412 stale_version");
    expect((await matched(post('{"name":"a"}', { "if-match": '"7"' }), context)).status).toBe(200);
  });

  test("answers a fault of its own with 500 in the caller's language and nothing of its inside", async () => {
    const broken = definePublicRoute({
      summary: "x",
      body: Body,
      output: View,
      run: async () => {
        throw new Error("secret place");
      },
    });
    const response = await broken(post('{"name":"a"}'), context);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain("secret place");
    expect(text).toContain("Något gick fel");
  });

  test("never sends what its view does not name", async () => {
    const leaky = defineRoute({
      summary: "x",
      body: Body,
      output: View,
      run: async () => ok({ version: 1, name: "a", secret: "s" }),
    });
    expect(await (await leaky(post('{"name":"a"}'), context)).json()).toEqual({ version: 1, name: "a" });
  });
});

describe("malformed input", () => {
  const bodies = [CreateAgency, AddHomeserver, RequestTrust].map((body) =>
    defineRoute({ summary: "x", body, output: View, run: async () => ok({ version: 1, name: "a" }) }),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((json) => new TextEncoder().encode(json)),
    fc
      .record({
        name: fc.anything(),
        as: fc.string(),
        partner: fc.string(),
        serverName: fc.string(),
        identifier: fc.record({ scheme: fc.constantFrom("orgnr", "lei", "vat", "x"), value: fc.string() }),
        start: fc.double(),
        purpose: fc.string({ unit: "binary" }),
      })
      .map((record) => new TextEncoder().encode(JSON.stringify(record) ?? "")),
  );

  test("answers 10,000 times with a refusal of the caller, never 5xx, never a stack", async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(...bodies), async (body, handler) => {
        const response = await handler(post(new Uint8Array(body)), context);
        const text = await response.text();
        expect(response.status).toBeLessThan(500);
        expect(text).not.toMatch(/\bat .*\.ts:\d+/);
      }),
      { numRuns: 10_000 },
    );
  });
});
