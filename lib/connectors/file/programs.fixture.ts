import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort, type RunningProcess, startProcess, untilReady } from "#bin/run/processes.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { haproxyFrontend } from "./templates/haproxy.ts";
import { nginxLocations, nginxReadBack } from "./templates/nginx.ts";

/** Debian keeps them where an ordinary user's PATH does not look. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/** A homeserver that lets everybody in, and remembers what reached it. */
export type Upstream = {
  readonly port: number;
  readonly seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  readonly close: () => Promise<void>;
};

export const startUpstream = async (): Promise<Upstream> => {
  const seen: Upstream["seen"] = [];
  const server: Server = createServer((request, response) => {
    seen.push({ path: request.url ?? "", headers: request.headers });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ server: { name: "upstream", version: "1" } }));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const newFolder = async (): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> => {
  // Under /tmp by a short name: a socket's path has at most 108 bytes.
  const folder = await mkdtemp(join(tmpdir(), "tillit-file-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};

export type RunningProxy = {
  readonly port: number;
  readonly config: string;
  readonly pidFile: string;
  readonly process: RunningProcess;
  readonly stop: () => Promise<void>;
};

const start = async (name: string, port: number, args: readonly string[], folder: string): Promise<RunningProcess> => {
  const child = startProcess({ name, command: name, args, env: { PATH }, logFile: join(folder, `${name}.log`) });
  await untilReady(child, () => answers(port), 10_000);
  return child;
};

export type NginxOptions = {
  readonly folder: string;
  /** The generated file. */
  readonly rules: string;
  readonly upstream: string;
  readonly port?: number;
  readonly readBackPort?: number;
  /** Our file left out: everybody is let in, and the read-back says so. */
  readonly leftOut?: boolean;
  /** PEM files, where it is reached over TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
};

/** A real nginx in front of an upstream, with the generated file and the fixed part as the README has them. */
export const startNginx = async (options: NginxOptions): Promise<RunningProxy & { readonly readBackPort: number }> => {
  const { folder, rules, upstream, tls, leftOut = false } = options;
  const port = await freePort(options.port);
  const readBackPort = await freePort(options.readBackPort);
  const config = join(folder, "nginx.conf");
  const pidFile = join(folder, "nginx.pid");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  const open = String.raw`server { listen 127.0.0.1:${readBackPort}; location = /tillit { return 200 "tillit open\n"; } }`;
  const secured = tls === undefined ? "" : ` ssl; ssl_certificate ${tls.certFile}; ssl_certificate_key ${tls.keyFile}`;
  const text = `daemon off; worker_processes 1; pid ${pidFile}; error_log ${join(folder, "error.log")};
events {}
http {
access_log off; ${temporary.join(" ")} proxy_ssl_verify off;
${leftOut ? "" : `include ${rules};`}
${leftOut ? open : nginxReadBack({ readBack: `127.0.0.1:${readBackPort}` })}
server { listen 127.0.0.1:${port}${secured}; set_real_ip_from 127.0.0.1; real_ip_header X-Test-From;
${leftOut ? `location / { proxy_pass ${upstream}; }` : nginxLocations({ upstream })}}
}
`;
  await mkdir(folder, { recursive: true });
  await writeFile(config, text);
  const child = await start("nginx", port, ["-c", config, "-e", join(folder, "error.log")], folder);
  return { port, readBackPort, config, pidFile, process: child, stop: child.stop };
};

export type HaproxyOptions = {
  readonly folder: string;
  readonly audience: ServerName;
  readonly names: string;
  readonly networks: string;
  readonly upstreamPort: number;
};

/** A real HAProxy in front of an upstream, with the generated maps and the fixed part as the README has them. */
export const startHaproxy = async (options: HaproxyOptions): Promise<RunningProxy & { readonly socket: string }> => {
  const { folder, audience, names, networks, upstreamPort } = options;
  const port = await freePort();
  const config = join(folder, "haproxy.cfg");
  const pidFile = join(folder, "haproxy.pid");
  const socket = join(folder, "haproxy.sock");
  const text = `global
  master-worker
  pidfile ${pidFile}
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
frontend matrix
  bind 127.0.0.1:${port}
  http-request set-src hdr(x-test-from) if { hdr(x-test-from) -m found }
  ${haproxyFrontend({ audience, backend: "homeserver", names, networks }).replaceAll("\n", "\n  ")}
backend homeserver
  server one 127.0.0.1:${upstreamPort}
`;
  await writeFile(config, text);
  const child = await start("haproxy", port, ["-W", "-f", config], folder);
  return { port, config, pidFile, socket, process: child, stop: child.stop };
};

export type RawAnswer = { readonly status: number; readonly headers: string; readonly body: string };

/** Sends a request byte for byte, so that headers are as written; answers when the other side has closed. */
export const sendRaw = (port: number, lines: readonly string[]): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => {
      const [head = "", ...rest] = text.split("\r\n\r\n");
      const [first = "", ...headers] = head.split("\r\n");
      resolve({ status: Number(first.split(" ")[1]), headers: headers.join("\n"), body: rest.join("\r\n\r\n") });
    });
    socket.write(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`, "latin1");
  });
