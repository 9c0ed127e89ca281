import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { TEST_CERTIFICATE, TEST_KEY } from "#lib/platform/test-certificate.ts";
import { MattermostState } from "./simulator.ts";
import { BRIDGE } from "./wire.ts";

const [token = "", secret = "", certFile, keyFile] = process.argv.slice(2);
const cert = certFile === undefined ? TEST_CERTIFICATE : readFileSync(certFile);
const key = keyFile === undefined ? TEST_KEY : readFileSync(keyFile);
let state = MattermostState.parse({});
let port = 0;

const refused = (status_code: number, id: string) => ({ status: status_code, json: { id, message: id, status_code } });

const settingsOf = () => ({
  ServiceSettings: { SiteURL: "https://chat.example" },
  PluginSettings: {
    Enable: state.plugins !== "disabled",
    PluginStates: { [BRIDGE]: { Enable: state.enabled } },
    Plugins: {
      [BRIDGE]: {
        matrix_server_url: state.address === "self" ? `https://127.0.0.1:${port}` : state.address,
        matrix_as_token: secret,
        matrix_hs_token: secret,
        enable_sync: true,
        rate_limiting_mode: "automatic",
      },
    },
  },
});

/** The order of the checks is the server's: session, permission, then what was asked. */
const answer = (method: string, path: string, authorization: string | undefined) => {
  if (path === "/_matrix/key/v2/server") {
    if (authorization !== undefined) return { status: 400, json: { errcode: "TOKEN_SENT_TO_ANOTHER" } };
    return { status: 200, json: { server_name: state.serverName, verify_keys: {} } };
  }
  if (authorization !== `Bearer ${token}`) return refused(401, "api.context.session_expired.app_error");
  if (method !== "GET") return refused(405, "api.context.404.app_error");
  if (!state.permitted) return refused(403, "api.context.permissions.app_error");
  if (path === "/api/v4/config") return { status: 200, json: settingsOf() };
  if (path !== "/api/v4/plugins/statuses") return refused(404, "api.context.404.app_error");
  if (state.plugins === "disabled") return refused(501, "app.plugin.disabled.app_error");
  const others = [{ plugin_id: "playbooks", cluster_id: "", state: 2, name: "Playbooks", version: "2.0.0" }];
  const nodes = state.nodes.map((each) => ({ plugin_id: BRIDGE, cluster_id: "", state: each, name: "Bridge" }));
  return { status: 200, json: state.plugins === "without_bridge" ? others : [...others, ...nodes] };
};

const server = createServer({ cert, key }, (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "https://mattermost");
  const { status, json } = answer(request.method ?? "GET", pathname, request.headers.authorization);
  const headers = { "content-type": "application/json", "x-version-id": "11.9.0.11.9.0.0f3c2a.true" };
  response.writeHead(status, headers).end(JSON.stringify(json));
});
server.listen(0, "127.0.0.1", () => {
  port = (server.address() as AddressInfo).port;
  process.send?.({ port });
});
process.on("message", (message) => {
  state = MattermostState.parse(message);
  process.send?.({ port });
});
process.on("disconnect", () => process.exit());
