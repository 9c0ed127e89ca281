#!/usr/bin/env node
/**
 * Speaks Prisma's schema-engine protocol (JSON-RPC over standard input) and delegates to the WebAssembly build that npm
 * delivers. Prisma's own engine is fetched from the internet at install, which closed networks refuse.
 *
 * It leans on internals of pinned versions; lib/data/schema.db.test.ts holds it when one of them rises.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const argv = process.argv.slice(2);
const option = (name) => argv.flatMap((each, at) => (each === name ? [argv[at + 1]] : []));

if (argv.includes("--version")) {
  process.stdout.write("schema-engine-cli wasm\n");
  process.exit(0);
}

// "char", name, regproc and their kin have no mapping in adapter-pg; the engine's catalogue queries read them as text.
const AS_TEXT = new Set([18, 22, 24, 194, 2205, 2206]);
const TEXT = 25;
const CHAR = 18;
const addFields = pg.Result.prototype.addFields;
pg.Result.prototype.addFields = function (fields) {
  this.charColumns = fields.flatMap(({ dataTypeID }, at) => (dataTypeID === CHAR ? [at] : []));
  for (const field of fields) if (AS_TEXT.has(field.dataTypeID)) field.dataTypeID = TEXT;
  return addFields.call(this, fields);
};

const url = (option("--datasource")[0] && JSON.parse(option("--datasource")[0]).url) ?? process.env.DATABASE_URL_OWNER;

const loadEngine = () => {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/\.js$/, ".wasm");
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    "./schema_engine_bg.js": glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(`${message}\n`) };
};

let charsMapped = false;
const mapChars = (adapter) => {
  if (charsMapped) return;
  charsMapped = true;
  const base = Object.getPrototypeOf(Object.getPrototypeOf(adapter));
  const queryRaw = base.queryRaw;
  base.queryRaw = async function (query) {
    const result = await this.performIO(query);
    const rows = await queryRaw.call({ performIO: async () => result, pgOptions: this.pgOptions }, query);
    for (const at of result.charColumns ?? []) rows.columnTypes[at] = ColumnTypeEnum.Character;
    return rows;
  };
};

/** adapter-pg splits a script on `;`, which breaks function bodies: send it whole. */
const mended = (adapter) => {
  mapChars(adapter);
  adapter.executeScript = async (sql) => {
    try {
      await adapter.client.query(sql);
    } catch (fault) {
      adapter.onError(fault);
    }
  };
  return adapter;
};

class Factory extends PrismaPg {
  async connect() {
    return mended(await super.connect());
  }

  /** A real second database: adapter-pg would give the main one, and the engine wipes what it gets. */
  async connectToShadowDb() {
    const name = `prisma_shadow_${crypto.randomUUID().replaceAll("-", "")}`;
    const admin = new pg.Client(url);
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    const shadow = new URL(url);
    shadow.pathname = `/${name}`;
    const adapter = mended(await new PrismaPg({ connectionString: shadow.href, max: 1 }).connect());
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
    };
    return adapter;
  }
}

let engine;
const getEngine = async () => {
  if (engine === undefined) {
    loadEngine();
    const datamodels = option("--datamodels").map((file) => [file, readFileSync(file, "utf8")]);
    const factory = new Factory({ connectionString: url ?? "postgresql://localhost/none", max: 1 });
    engine = await glue.SchemaEngine.new(
      { datamodels: datamodels.length > 0 ? datamodels : undefined },
      () => {},
      bindMigrationAwareSqlAdapterFactory(factory),
    );
  }
  return engine;
};

const send = (message) =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`, resolve));

const call = async (method, params) => {
  const target = await getEngine();
  if (method === "getDatabaseVersion") return target.version(params ?? undefined);
  if (typeof target[method] !== "function") throw new Error(`unsupported method ${method}`);
  const result = await target[method](params);
  if (method !== "diff") return result ?? {};
  if (result.stdout != null) await send({ id: 1e9, method: "print", params: { content: result.stdout } });
  return { exitCode: result.exitCode };
};

const answer = async ({ id, method, params }) => {
  try {
    await send({ id, result: await call(method, params) });
  } catch (fault) {
    const data = {
      is_panic: false,
      message: String(fault?.message ?? fault),
      meta: fault?.meta ?? null,
      error_code: fault?.code ?? null,
    };
    await send({ id, error: { code: 4466, message: "An error happened. Check the data field for details.", data } });
  }
};

let chain = Promise.resolve();
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const request = line.trim() === "" ? {} : JSON.parse(line);
    // What has no method is Prisma's reply to our own "print".
    if (request.method !== undefined) chain = chain.then(() => answer(request));
  })
  .on("close", () => chain.then(() => process.exit(0)));
