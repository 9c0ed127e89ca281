import pg from "pg";
import { GET as getAgreements } from "#app/api/v1/agreements/route.ts";
import { GET as getInbox } from "#app/api/v1/inbox/route.ts";
import { sessionCookieName } from "#lib/auth/cookies.ts";
import { settings } from "#lib/platform/env.ts";
import { plantAgreements } from "./shared/agreements.ts";
import { onFreshDatabase } from "./shared/database.ts";
import { type Figure, figure, quantile, report } from "./shared/figures.ts";

/** The lists that people open first, in a federation of 100,000 agreements, beside a handler that only runs the same SQL. */
const AGREEMENTS = Number(process.env["TILLIT_BENCH_AGREEMENTS"] ?? "100000");
const ROUNDS = Number(process.env["TILLIT_BENCH_ROUNDS"] ?? "100");
const WARM = 10;
const MOST = 1.5;

type Statement = { readonly text: string; readonly values: readonly unknown[] };
type Handler = (request: Request) => Promise<Response>;

const isQuery = (given: unknown): given is Statement =>
  typeof given === "object" && given !== null && "text" in given && typeof given.text === "string";

/** Notes every statement that the driver sends while `run` runs. */
const recorded = async (run: () => Promise<unknown>): Promise<readonly Statement[]> => {
  const statements: Statement[] = [];
  const original = pg.Client.prototype.query;
  const noting = function (this: pg.Client, ...given: unknown[]): unknown {
    const [first, second] = given;
    if (isQuery(first))
      statements.push({ text: first.text, values: first.values ?? (Array.isArray(second) ? second : []) });
    else if (typeof first === "string") statements.push({ text: first, values: Array.isArray(second) ? second : [] });
    return Reflect.apply(original, this, given);
  };
  Object.assign(pg.Client.prototype, { query: noting });
  try {
    await run();
  } finally {
    Object.assign(pg.Client.prototype, { query: original });
  }
  return statements.filter(({ text }) => !/^(BEGIN|COMMIT|ROLLBACK)/i.test(text));
};

/** A handler that runs those statements in one transaction, one after another, and sends those bytes. */
const bareHandler =
  (pool: pg.Pool, statements: readonly Statement[], bytes: string): Handler =>
  async () => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN");
      for (const { text, values } of statements) await client.query({ text, values: [...values], rowMode: "array" });
      await client.query("COMMIT");
    } finally {
      client.release();
    }
    return new Response(bytes, { headers: { "content-type": "application/json; charset=utf-8" } });
  };

const once = async (handler: Handler, request: () => Request): Promise<number> => {
  const started = performance.now();
  const answer = await handler(request());
  const text = await answer.text();
  const took = performance.now() - started;
  if (answer.status !== 200) throw new Error(text);
  return took;
};

/** Both in turns, so that whatever else the machine does falls on both alike. */
const compare = async (product: Handler, bare: Handler, request: () => Request) => {
  const [ours, floors]: [number[], number[]] = [[], []];
  for (let at = 0; at < ROUNDS + WARM; at += 1) {
    const [one, other] = [await once(product, request), await once(bare, request)];
    if (at < WARM) continue;
    ours.push(one);
    floors.push(other);
  }
  return { ours, floors };
};

await onFreshDatabase(async (_owner, _urls, adminUrl) => {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  const secret = await plantAgreements(admin, AGREEMENTS);
  await admin.end();
  process.stderr.write(`${AGREEMENTS} agreements stand\n`);
  const pool = new pg.Pool({ connectionString: settings().databaseUrlWeb ?? "", max: 2 });
  const headers = { cookie: `${sessionCookieName(settings().baseUrl)}=${secret}` };
  const context = { params: Promise.resolve({}) };
  const figures: Figure[] = [];
  for (const [name, path, route] of [
    ["agreement list, a page of 50", "/api/v1/agreements", getAgreements],
    ["inbox, a page of 50", "/api/v1/inbox?direction=incoming", getInbox],
  ] as const) {
    const request = () => new Request(`${settings().baseUrl}${path}`, { headers });
    const product: Handler = (asked) => route(asked, context);
    const first = await once(product, request);
    process.stderr.write(`${name}: first ${Math.round(first)} ms\n`);
    const statements = await recorded(() => once(product, request));
    const bytes = await (await product(request())).text();
    const { ours, floors } = await compare(product, bareHandler(pool, statements, bytes), request);
    const at = (share: number) => ({ value: quantile(ours, share), unit: "ms", floor: quantile(floors, share) });
    const printed = { text: `${statements.length} statements, ${bytes.length} bytes`, holds: null };
    const goal = { text: `p95 ≤ ${MOST}×`, holds: (_: number, ratio: number | null) => (ratio ?? MOST) <= MOST };
    figures.push(figure(`${name}, median`, at(0.5), printed), figure(`${name}, p95`, at(0.95), goal));
  }
  await pool.end();
  report("lists", figures);
});
process.exit();
