import type { z } from "zod";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Http, type HttpAnswer, readJson } from "#lib/platform/http.ts";
import type { ConnectorFault } from "../fault.ts";
import { BRIDGE, CONFIG, config, faultOf, keysAnswer, PLUGINS, stateOf, statuses, versionOf } from "./wire.ts";

/** What was seen of a Mattermost and of its bridge to Matrix. */
export type BridgeSeen = {
  readonly version: string | undefined;
  readonly bridge: "running" | "off" | "absent";
  /** Whether the bridge carries messages, as it is set. */
  readonly sync: boolean;
  /** Where the bridge sends, as it is set. */
  readonly address: string | undefined;
  /** Which homeserver answers there, by its own word; undefined where none could be asked. */
  readonly server: ServerName | undefined;
};

export type WatchSettings = {
  readonly url: string;
  readonly ca?: string | undefined;
  /** A personal access token whose account may read plugins and their settings, and need do nothing else. */
  readonly token: string;
  readonly http: Http;
};

const TIMEOUT_MS = 10_000;
const MOST_CONFIG_BYTES = 4 * 1024 * 1024;

const get = async (
  { url, ca, token, http }: WatchSettings,
  path: string,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, ConnectorFault>> => {
  const answer = await http(`${url.replace(/\/+$/, "")}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ca,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MOST_CONFIG_BYTES,
    signal,
  });
  if (!answer.ok) return err({ ...answer.error, kind: "away" });
  return answer.value.status === 200 ? answer : err(faultOf(answer.value));
};

const parse = <T>(answer: HttpAnswer, form: z.ZodType<T>): Result<T, ConnectorFault> => {
  const read = readJson(answer, form);
  return read.ok ? read : err({ code: "answer_invalid", detail: read.error.detail, kind: "untrusted" });
};

/** Asks the homeserver at that address who it is, without the token: an address is not a name. */
const nameAt = async (
  { ca, http }: WatchSettings,
  address: string,
  signal: AbortSignal,
): Promise<ServerName | undefined> => {
  const answer = await http(`${address.replace(/\/+$/, "")}/_matrix/key/v2/server`, {
    ca,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (!answer.ok || answer.value.status !== 200) return undefined;
  const read = readJson(answer.value, keysAnswer);
  return read.ok ? read.value.server_name : undefined;
};

/** Looks at a Mattermost: its version, whether its bridge runs, and to which homeserver. Changes nothing there. */
export const watchMattermost = async (
  settings: WatchSettings,
  signal: AbortSignal,
): Promise<Result<BridgeSeen, ConnectorFault>> => {
  const plugins = await get(settings, PLUGINS, signal);
  // A server on which plugins are shut off says so with 501.
  if (!plugins.ok && plugins.error.status !== 501) return plugins;
  const rows = plugins.ok ? parse(plugins.value, statuses) : ok([]);
  if (!rows.ok) return rows;
  const answer = await get(settings, CONFIG, signal);
  if (!answer.ok) return answer;
  const read = parse(answer.value, config);
  if (!read.ok) return read;
  const { Plugins = {}, PluginStates = {} } = read.value.PluginSettings;
  const { matrix_server_url: address = "", enable_sync: sync = false } = Plugins[BRIDGE] ?? {};
  const state = stateOf(rows.value);
  return ok({
    version: versionOf(answer.value),
    bridge: state === "running" && PluginStates[BRIDGE]?.Enable === false ? "off" : state,
    sync,
    address: address === "" ? undefined : address.slice(0, 500),
    server: address === "" ? undefined : await nameAt(settings, address, signal),
  });
};
