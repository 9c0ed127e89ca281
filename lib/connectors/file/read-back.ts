import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { z } from "zod";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type HttpAnswer, readJson } from "#lib/platform/http.ts";
import type { ListPosition } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import type { FileSettings } from "./settings.ts";

/** What the running program says that it obeys; the position only where it carries one. */
export type Held = { readonly policy: Policy | Unknown; readonly position?: ListPosition };
type Reading = Result<Held, ConnectorFault>;

const TIMEOUT_MS = 5000;
const invalid = (detail: string): Reading => err({ code: "answer_invalid", detail, kind: "untrusted" });

const closed = (texts: readonly string[]): Policy | undefined => {
  const allow = new Set<ServerName>();
  for (const text of texts) {
    const name = parseServerName(text);
    if (!name.ok || name.value !== text) return undefined;
    allow.add(name.value);
  }
  return { mode: "closed", allow };
};

const NGINX =
  /^tillit (?<epoch>\d{1,15})\.(?<version>\d{1,15}) (?<digest>sha256:[\w-]+) (?<count>\d{1,6})(?<names>(?: \S+)*)\n$/;

/** What nginx says where its operator has left our file out, to observe first: by the fixed part's own word. */
const OPEN = "tillit open\n";

/** Reads nginx's own line. It says how many names there are, so that a cut line is no shorter list. */
export const readNginxHeld = (text: string): Reading => {
  if (text === OPEN) return ok({ policy: { mode: "open" } });
  const found = NGINX.exec(text)?.groups;
  const names = (found?.["names"] ?? "").split(" ").slice(1);
  const policy = closed(names);
  if (found === undefined || policy === undefined || names.length !== Number(found["count"])) {
    return invalid("not what nginx says with our file in it");
  }
  const { epoch, version, digest = "" } = found;
  return ok({ policy, position: { epoch: Number(epoch), version: Number(version), digest } });
};

/** Reads HAProxy's `show map`: `ADDRESS KEY VALUE` a line. */
export const readHaproxyHeld = (text: string): Reading => {
  const lines = text.split("\n").filter((line) => line !== "");
  const names = lines.map((line) => /^0x[0-9a-f]+ (?:any|g\w{16})\/(\S+) 1$/.exec(line)?.[1] ?? "");
  const policy = closed([...new Set(names)]);
  return policy === undefined ? invalid("not what HAProxy says of our map") : ok({ policy });
};

const whitelistForm = z.object({ whitelist_enabled: z.boolean(), whitelist: z.array(z.string()) });

/** Reads Synapse's own statement (`/_synapse/client/v1/config/federation_whitelist`, since 1.108). */
export const readSynapseHeld = (answer: HttpAnswer): Reading => {
  const json = readJson(answer, whitelistForm);
  if (!json.ok) return invalid(json.error.detail);
  if (!json.value.whitelist_enabled) return ok({ policy: { mode: "open" } });
  const policy = closed(json.value.whitelist);
  return policy === undefined ? ok({ policy: { mode: "unknown", why: "names_not_ours" } }) : ok({ policy });
};

const askSocket = (path: string, line: string, signal: AbortSignal): Promise<Result<string, ConnectorFault>> =>
  new Promise((resolve) => {
    let text = "";
    const socket = connect(path);
    const fail = (detail: string): void => resolve(err({ code: "unreachable", detail, kind: "away" }));
    const stop = (): void => {
      socket.destroy();
      fail("given up");
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    socket.setTimeout(TIMEOUT_MS, stop);
    socket.on("connect", () => socket.end(`${line}\n`));
    socket.on("data", (bytes) => {
      text += bytes.toString();
    });
    socket.on("error", (fault) => fail(fault.message));
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      resolve(ok(text));
    });
  });

const askHttp = async (
  { http }: FileSettings,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, ConnectorFault>> => {
  const answer = await http(url, { headers, signal, timeoutMs: TIMEOUT_MS });
  if (!answer.ok) return err({ code: answer.error.code, detail: answer.error.detail, kind: "away" });
  if (answer.value.status === 200) return answer;
  const { status } = answer.value;
  return err({ code: "read_back_refused", detail: `${url} answers ${status}`, kind: "refuses", status });
};

const token = async (file: string): Promise<Result<string, ConnectorFault>> => {
  try {
    return ok((await readFile(file, "utf8")).trim());
  } catch (fault) {
    return err({ code: "unreadable", detail: fault instanceof Error ? fault.message : file, kind: "away" });
  }
};

/** Asks the running program what it obeys; unknown where no way to ask is set. */
export const readBack = async (settings: FileSettings, signal: AbortSignal): Promise<Reading> => {
  const way = settings.form.readBack;
  if (way === undefined) return ok({ policy: { mode: "unknown", why: "not_readable" } });
  if ("haproxySocket" in way) {
    const said = await askSocket(way.haproxySocket, `show map ${settings.form.path}`, signal);
    return said.ok ? readHaproxyHeld(said.value) : said;
  }
  if ("nginx" in way) {
    const said = await askHttp(settings, way.nginx, {}, signal);
    return said.ok ? readNginxHeld(new TextDecoder().decode(said.value.body)) : said;
  }
  const secret = await token(way.tokenFile);
  if (!secret.ok) return secret;
  const url = `${way.synapse.replace(/\/+$/, "")}/_synapse/client/v1/config/federation_whitelist`;
  const said = await askHttp(settings, url, { authorization: `Bearer ${secret.value}` }, signal);
  return said.ok ? readSynapseHeld(said.value) : said;
};
