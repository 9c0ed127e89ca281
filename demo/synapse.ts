import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { freePort, type RunAs, type RunningProcess, startProcess, untilReady } from "#bin/run/processes.ts";
import { type Authority, certificateOf } from "./ca.ts";
import { requester } from "./requests.ts";

export type SynapseOptions = {
  /** A name without a port, such as `chat.fv.example`. */
  readonly serverName: string;
  /** Everything the server keeps lies here; the same folder again is the same server. */
  readonly dir: string;
  readonly ca: Authority;
  /** The wished port; another if it is taken. */
  readonly port?: number;
  /** The gate and its settings; absent: a Synapse that federates with everybody. */
  readonly module?: { readonly config: Readonly<Record<string, unknown>> };
  /** An interpreter with `matrix-synapse` (and the module's package). */
  readonly python: string;
  /** The name proxy through which it reaches others. */
  readonly proxyUrl: string;
  readonly runAs?: RunAs | undefined;
  /** Merged over the settings made here, for tests that need another. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Further files of settings, read after its own: the later ones win. */
  readonly alsoReads?: readonly string[];
  /** Folders put before the interpreter's own packages. */
  readonly pythonPath?: readonly string[];
};

export type RunningSynapse = {
  readonly serverName: string;
  readonly dir: string;
  readonly port: number;
  /** `https://127.0.0.1:port`: client, federation and well-known, with a certificate of the authority. */
  readonly baseUrl: string;
  readonly registrationSecret: string;
  readonly keyId: string;
  readonly process: RunningProcess;
  readonly logFile: string;
  readonly stop: () => Promise<void>;
};

type Secrets = {
  readonly registration: string;
  readonly macaroon: string;
  readonly form: string;
  readonly key: string;
};

const secretsIn = async (dir: string): Promise<Secrets> => {
  const file = join(dir, "secrets.json");
  const secret = (): string => randomBytes(32).toString("base64url");
  const fresh: Secrets = {
    registration: secret(),
    macaroon: secret(),
    form: secret(),
    // Synapse's key file: algorithm, a version of its own choosing, the seed as unpadded base64.
    key: `ed25519 a_${randomBytes(2).toString("hex")} ${randomBytes(32).toString("base64").replace(/=+$/, "")}`,
  };
  try {
    await writeFile(file, JSON.stringify(fresh), { mode: 0o600, flag: "wx" });
    return fresh;
  } catch {
    return { ...fresh, ...(JSON.parse(await readFile(file, "utf8")) as Partial<Secrets>) };
  }
};

const LOGGING = {
  version: 1,
  formatters: { plain: { format: "%(asctime)s %(name)s %(levelname)s %(message)s" } },
  handlers: { out: { class: "logging.StreamHandler", formatter: "plain", stream: "ext://sys.stdout" } },
  root: { level: "INFO", handlers: ["out"] },
  disable_existing_loggers: false,
};

const fast = { per_second: 1_000, burst_count: 1_000 };

const settingsOf = (options: SynapseOptions, dir: string, port: number, secrets: Secrets) => {
  const { certFile, keyFile } = certificateOf(options.ca, options.serverName);
  return {
    server_name: options.serverName,
    public_baseurl: `https://${options.serverName}/`,
    // Discovery is then real: `/.well-known/matrix/server` is asked for, and answers `NAME:443`.
    serve_server_wellknown: true,
    pid_file: join(dir, "pid"),
    report_stats: false,
    enable_registration: false,
    registration_shared_secret: secrets.registration,
    macaroon_secret_key: secrets.macaroon,
    form_secret: secrets.form,
    signing_key_path: join(dir, "signing.key"),
    media_store_path: join(dir, "media"),
    log_config: join(dir, "log.json"),
    database: { name: "sqlite3", args: { database: join(dir, "homeserver.db") } },
    tls_certificate_path: resolve(certFile),
    tls_private_key_path: resolve(keyFile),
    federation_custom_ca_list: [resolve(options.ca.certFile)],
    ip_range_blacklist: [],
    federation_ip_range_blacklist: [],
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_whitelist_endpoint_enabled: true,
    listeners: [
      {
        port,
        bind_addresses: ["127.0.0.1"],
        type: "http",
        tls: true,
        resources: [{ names: ["client", "federation"] }],
      },
    ],
    ...(options.module === undefined
      ? {}
      : {
          federation_domain_whitelist: [],
          modules: [{ module: "tillit_synapse.TillitModule", config: options.module.config }],
        }),
    rc_message: fast,
    rc_federation: { window_size: 1_000, sleep_limit: 1_000, reject_limit: 1_000, concurrent: 100 },
    rc_login: { address: fast, account: fast, failed_attempts: fast },
    rc_joins: { local: fast, remote: fast },
    rc_invites: { per_room: fast, per_user: fast, per_issuer: fast },
    ...options.extra,
  };
};

/** Gives the folder's files to the user that will run the server. */
const handOver = async (paths: readonly string[], runAs: RunAs | undefined): Promise<void> => {
  if (runAs === undefined) return;
  for (const path of paths) await chown(path, runAs.uid, runAs.gid);
};

const prepare = async (options: SynapseOptions, dir: string, port: number): Promise<Secrets> => {
  await mkdir(join(dir, "media"), { recursive: true, mode: 0o700 });
  const secrets = await secretsIn(dir);
  const files = { "signing.key": `${secrets.key}\n`, "log.json": JSON.stringify(LOGGING) };
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content, { mode: 0o600 });
  const settings = JSON.stringify(settingsOf(options, dir, port, secrets), undefined, 2);
  await writeFile(join(dir, "homeserver.yaml"), settings, { mode: 0o600 });
  const { certFile, keyFile } = certificateOf(options.ca, options.serverName);
  const own = ["", "media", "signing.key", "log.json", "homeserver.yaml"].map((name) => join(dir, name));
  await handOver([...own, certFile, keyFile], options.runAs);
  return secrets;
};

/**
 * Starts a real Synapse, one process on SQLite, and waits until it answers. Ends with this process.
 *
 * @throws with the end of its log if it does not come up
 */
export const startSynapse = async (options: SynapseOptions): Promise<RunningSynapse> => {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const port = await freePort(options.port);
  const secrets = await prepare(options, dir, port);
  const logFile = join(dir, "synapse.log");
  const child = startProcess({
    name: `Synapse ${options.serverName}`,
    command: resolve(options.python),
    args: [
      "-m",
      "synapse.app.homeserver",
      ...[join(dir, "homeserver.yaml"), ...(options.alsoReads ?? [])].flatMap((file) => ["-c", file]),
    ],
    env: {
      PATH: process.env["PATH"] ?? "",
      LANG: "C.UTF-8",
      https_proxy: options.proxyUrl,
      no_proxy: "127.0.0.1,localhost",
      PYTHONDONTWRITEBYTECODE: "1",
      ...(options.pythonPath === undefined ? {} : { PYTHONPATH: options.pythonPath.join(delimiter) }),
    },
    cwd: dir,
    runAs: options.runAs,
    logFile,
  });
  const baseUrl = `https://127.0.0.1:${port}`;
  const ask = requester(options.ca.pem);
  try {
    await untilReady(child, async () => (await ask(`${baseUrl}/health`)).status === 200, 60_000);
  } catch (fault) {
    await child.stop();
    const log = await readFile(logFile, "utf8").catch(() => "");
    throw new Error(`${String(fault)}\n${log.slice(-2_000)}`, { cause: fault });
  }
  return {
    serverName: options.serverName,
    dir,
    port,
    baseUrl,
    registrationSecret: secrets.registration,
    keyId: secrets.key.split(" ").slice(0, 2).join(":"),
    process: child,
    logFile,
    stop: child.stop,
  };
};
