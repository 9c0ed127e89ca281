import { z } from "zod";
import { parseServerName } from "#lib/domain/server-name.ts";
import { type HttpAnswer, readJson } from "#lib/platform/http.ts";
import type { ConnectorFault } from "../fault.ts";

/** The bridge to Matrix, as its own manifest names it. */
export const BRIDGE = "com.mattermost.plugin-matrix-bridge";
export const PLUGINS = "/api/v4/plugins/statuses";
export const CONFIG = "/api/v4/config";
/** The state of a plugin that runs on a node of the cluster. */
const RUNNING = 2;

export const statuses = z.array(z.looseObject({ plugin_id: z.string(), state: z.int() }));

/**
 * The few settings that are looked at. The rest of the answer holds the bridge's tokens and much else: it is dropped here,
 * before anyone can store or show it.
 */
export const config = z.object({
  PluginSettings: z.object({
    Enable: z.boolean().optional(),
    PluginStates: z.record(z.string(), z.object({ Enable: z.boolean() })).optional(),
    Plugins: z
      .record(z.string(), z.object({ matrix_server_url: z.string().optional(), enable_sync: z.boolean().optional() }))
      .optional(),
  }),
});

export const keysAnswer = z.object({
  server_name: z.string().transform((text, context) => {
    const name = parseServerName(text);
    if (name.ok) return name.value;
    context.addIssue({ code: "custom", message: "not a server name" });
    return z.NEVER;
  }),
});

const refusal = z.looseObject({ id: z.string(), message: z.string().optional() });

/** Whether the bridge runs: on every node, on some, or not. */
export const stateOf = (rows: z.output<typeof statuses>): "running" | "off" | "absent" => {
  const bridge = rows.filter(({ plugin_id }) => plugin_id === BRIDGE);
  if (bridge.length === 0) return "absent";
  return bridge.every(({ state }) => state === RUNNING) ? "running" : "off";
};

/** The version as each answer's header tells it: `11.9.0.11.9.0.<hash>.<edition>`. */
export const versionOf = ({ headers }: HttpAnswer): string | undefined =>
  /^(\d+\.\d+\.\d+)\./.exec(String(headers["x-version-id"] ?? ""))?.[1];

/** An answer that is not 200, as a fault with one thing to do about it. */
export const faultOf = (answer: HttpAnswer): ConnectorFault => {
  const { status } = answer;
  const said = readJson(answer, refusal);
  if (status >= 500 && status !== 501)
    return { code: "server_error", detail: `status ${status}`, kind: "away", status };
  if (!said.ok) return { code: "answer_invalid", detail: `status ${status}`, kind: "untrusted", status };
  const detail = said.value.id;
  const code = { 401: "credential_refused", 403: "permission_missing", 429: "too_many_requests" }[status];
  return { code: code ?? "refused_by_server", detail, kind: status === 429 ? "away" : "refuses", status };
};
