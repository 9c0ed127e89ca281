import { execFile } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Settings } from "#lib/platform/env.ts";
import { type DatabaseUrls, openDatabase } from "./database.ts";
import { keptSecret, readIf, takeHome } from "./home.ts";
import { type Layout, layOut, ROOT } from "./layout.ts";
import { freePort, type RunningProcess, startProcess, untilReady } from "./processes.ts";
import { type Separation, separate, userFor } from "./users.ts";

export type Say = (line: string) => void;

/** What stands before the web and the worker do: state, users, database, secrets. */
export type Foundation = {
  readonly settings: Settings;
  readonly layout: Layout;
  readonly separation: Separation;
  readonly urls: DatabaseUrls;
  readonly database: RunningProcess | undefined;
  readonly adminUrl: string | undefined;
  readonly port: number;
  readonly baseUrl: string;
  readonly secret: string;
  readonly keysDir: string;
};

const run = promisify(execFile);

type Variables = Readonly<Record<string, string>>;

const ofOwn = (name: string): boolean =>
  /^(TILLIT_|SMTP_URL|MAIL_FROM|LANG|LC_|TZ$|PATH$|NODE_EXTRA_CA_CERTS$)/.test(name);
const SECRET_OF_WORKER = /^(TILLIT_KEYS_DIR|TILLIT_LAUNCHER_FD)/;
const SECRET_OF_WEB = /^(TILLIT_OIDC_PROVIDERS|TILLIT_LAUNCHER_FD)/;

/** What a child may know of this process's environment: settings of its own part, no other's secrets. */
const environmentFor = (hidden: RegExp): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value !== undefined && ofOwn(name) && !hidden.test(name) ? [[name, value]] : [],
    ),
  );

const common = ({ settings, port, baseUrl }: Foundation): Variables => ({
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  TILLIT_PORT: String(port),
  TILLIT_BASE_URL: baseUrl,
  TILLIT_ENVIRONMENT: settings.environment,
  ...(settings.federationId === undefined ? {} : { TILLIT_FEDERATION_ID: settings.federationId }),
});

const health = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = request(url, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 500);
    });
    asked.setTimeout(2_000, () => asked.destroy());
    asked.on("error", () => resolve(false));
    asked.end();
  });

/** State folder, users, database with its schema, port and secrets. */
export const layFoundation = async (settings: Settings, say: Say): Promise<Foundation> => {
  const separation = separate(ROOT);
  const layout = layOut(settings.home, separation);
  takeHome(layout.home);
  if (separation.kind === "environment") say(separation.why);
  const { urls, server, adminUrl } = await openDatabase(settings, layout, separation, say);
  const port = await freePort(settings.port, (other) =>
    say(`port ${settings.port} is taken: the portal listens on ${other}`),
  );
  const given = process.env["TILLIT_BASE_URL"];
  return {
    settings,
    layout,
    separation,
    urls,
    database: server,
    adminUrl,
    port,
    baseUrl: given === undefined || given === "" ? `http://127.0.0.1:${port}` : settings.baseUrl,
    secret: settings.nextAuthSecret ?? keptSecret(join(layout.secrets, "sessions")),
    keysDir: settings.keysDir ?? layout.keys,
  };
};

/** Runs one command of `tillit` to its end as the worker's user, which alone reads the keys. */
export const runAsWorker = async (
  foundation: Foundation,
  name: string,
  args: readonly string[],
  more: Variables = {},
) => {
  const child = startProcess({
    name,
    command: process.execPath,
    args: [join(ROOT, "bin/tillit.ts"), ...args],
    env: workerEnvironment(foundation, more),
    cwd: ROOT,
    runAs: userFor(foundation.separation, "worker"),
    logFile: join(foundation.layout.log, `${name}.log`),
  });
  const sentence = await child.ended;
  if (!sentence.includes("exit 0")) throw new Error(`${sentence}: see ${foundation.layout.log}/${name}.log`);
};

/** The federation's keys, made on the first start by the worker's user, who alone reads them. */
export const ensureKeys = async (foundation: Foundation, variables: Variables = {}): Promise<void> => {
  if (readIf(join(foundation.keysDir, "root-public.json")) !== undefined) return;
  await runAsWorker(foundation, "keys", ["keys", "init"], variables);
};

/** The one-time set-up link, while nobody is in the portal yet. */
export const setUpLink = async (foundation: Foundation): Promise<string | undefined> => {
  const { stdout } = await run(process.execPath, [join(ROOT, "bin/tillit.ts"), "sign-in-link"], {
    cwd: ROOT,
    env: { NODE_ENV: "production", ...webEnvironment(foundation, {}) },
  }).catch((): { stdout: string } => ({ stdout: "" }));
  return stdout.split("\n").find((line) => line.startsWith("http"));
};

const workerEnvironment = (foundation: Foundation, more: Variables): Variables => ({
  ...environmentFor(SECRET_OF_WEB),
  ...common(foundation),
  DATABASE_URL_WORKER: foundation.urls.worker,
  TILLIT_KEYS_DIR: foundation.keysDir,
  ...more,
});

const webEnvironment = (foundation: Foundation, more: Variables): Variables => ({
  ...environmentFor(SECRET_OF_WORKER),
  ...common(foundation),
  DATABASE_URL_WEB: foundation.urls.web,
  NEXTAUTH_SECRET: foundation.secret,
  NEXTAUTH_URL: foundation.baseUrl,
  ...more,
});

/** Starts the worker, the only process that talks to homeservers. */
export const startWorker = (foundation: Foundation, more: Variables = {}): RunningProcess =>
  startProcess({
    name: "worker",
    command: process.execPath,
    args: [join(ROOT, "bin/tillit.ts"), "worker"],
    env: workerEnvironment(foundation, more),
    cwd: ROOT,
    runAs: userFor(foundation.separation, "worker"),
    logFile: join(foundation.layout.log, "worker.log"),
  });

/** Starts the pages and the API, and waits until they answer. */
export const startWeb = async (foundation: Foundation, more: Variables = {}): Promise<RunningProcess> => {
  const next = join(ROOT, "node_modules/next/dist/bin/next");
  const child = startProcess({
    name: "web",
    command: process.execPath,
    args: [next, "start", "-H", "127.0.0.1", "-p", String(foundation.port)],
    env: webEnvironment(foundation, more),
    cwd: ROOT,
    runAs: userFor(foundation.separation, "web"),
    logFile: join(foundation.layout.log, "web.log"),
  });
  await untilReady(child, () => health(`http://127.0.0.1:${foundation.port}/healthz`), 60_000);
  return child;
};
