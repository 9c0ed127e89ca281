import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "#bin/run/home.ts";
import { BRIDGE_SECRET, MATTERMOST_TOKEN, startMattermost } from "#lib/connectors/mattermost/simulator.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { MATTERMOST_NAME, SERVER_NAMES } from "./agencies.ts";
import { type Authority, certificateOf } from "./ca.ts";
import type { NameProxy } from "./name-proxy.ts";
import { drive } from "./servers.ts";
import type { Ground } from "./world.ts";

export type Mattermost = Awaited<ReturnType<typeof startMattermost>>;

/** Whom the bridge may speak for on its homeserver: each person of Mattermost, by a name that begins so. */
const GHOSTS = "_mattermost_";

/**
 * Writes what makes the bridge an application service of the homeserver, as its operator would.
 *
 * @returns settings that the homeserver reads beside its own
 */
export const bridgeRegistration = (dir: string): Readonly<Record<string, unknown>> => {
  const file = join(folder(dir, 0o700), "bridge.json");
  const registration = {
    id: "mattermost-bridge",
    // Nothing is pushed to the simulated bridge: what arrives is read at the homeserver itself.
    url: null,
    as_token: BRIDGE_SECRET,
    hs_token: `${BRIDGE_SECRET}2`,
    sender_localpart: `${GHOSTS}bot`,
    rate_limited: false,
    namespaces: { users: [{ exclusive: true, regex: `@${GHOSTS}.*` }], aliases: [], rooms: [] },
  };
  writeFileSync(file, JSON.stringify(registration), { mode: 0o600 });
  return { app_service_config_files: [file] };
};

/** How the bridge shows that person to its homeserver. */
export const ghostOf = (person: string): { readonly name: string; readonly bridgeToken: string } => ({
  name: `${GHOSTS}${person}`,
  bridgeToken: BRIDGE_SECRET,
});

/** Starts the simulated Mattermost, whose bridge is set to the agency's homeserver. */
export const startBridged = async (ca: Authority, proxy: NameProxy): Promise<Mattermost> => {
  const server = await startMattermost(certificateOf(ca, MATTERMOST_NAME));
  proxy.map(MATTERMOST_NAME, Number(new URL(server.url).port));
  await server.be(BRIDGED);
  return server;
};

/** The bridge as it runs. */
export const BRIDGED = { address: `https://${SERVER_NAMES.ts}` } as const;

/**
 * Adds the Mattermost beside its homeserver, gives the portal a token to look at it, and names the homeserver behind it.
 *
 * @returns its id in the portal
 */
export const connectMattermost = async ({ seeded, as }: Ground, behind: string): Promise<string> => {
  const administrator = as("cecilia");
  const path = `agencies/${seeded.agencies.ts}/homeservers`;
  const wish = { serverName: MATTERMOST_NAME, platform: "mattermost" };
  const { id, version } = await administrator.post(path, wish, HomeserverView);
  const baseUrl = `https://${MATTERMOST_NAME}`;
  const people = { administrator: "cecilia", approver: "david" };
  await drive(as, people, { id, version }, { kind: "mattermost", baseUrl, fields: { accessToken: MATTERMOST_TOKEN } });
  const view = await administrator.get(`homeservers/${id}`, HomeserverView);
  await administrator.put(`homeservers/${id}/bridge`, { behind }, EnforcementView, view.version);
  return id;
};
