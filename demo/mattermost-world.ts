import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Done } from "#lib/contracts/common.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { SERVER_NAMES } from "./agencies.ts";
import { chatClient, registerGhost } from "./matrix-client.ts";
import {
  BRIDGED,
  bridgeRegistration,
  connectMattermost,
  ghostOf,
  type Mattermost,
  startBridged,
} from "./mattermost.ts";
import { connectHomeserver } from "./servers.ts";
import { DoesNotHold, type Evidence, type FurtherStep, hold, type Scene } from "./story.ts";
import { chatterOn, type Ground, startGround, startServer, type WorldWish } from "./world.ts";

/** The portal between a real Synapse (`fv`) and a Mattermost whose bridge leads to another real Synapse (`ts`). */
export type MattermostWorld = Ground & Scene & { readonly mattermost: Mattermost };

const PARTS = {
  fv: "chat.fv.example: Synapse, real, with the module",
  ts: "chat.ts.example: Synapse, real, with the module: the homeserver behind the bridge; the list goes there",
  mattermost: "mm.ts.example: Mattermost, simulated, watched by the portal and never sent a list",
  chatter: "the person at ts is a user that the bridge's application service speaks for on its homeserver",
} as const;

/** The portal looks at a bridge at most each half minute. */
const SEEN_WITHIN_MS = 60_000;
const TICK_MS = 1_000;

type Bridge = NonNullable<EnforcementView["bridge"]>;

/** Has the portal look again until what it shows of the bridge is as wanted. */
const untilShown = async ({ as }: Ground, id: string, wanted: (bridge: Bridge) => boolean): Promise<Evidence> => {
  const administrator = as("cecilia");
  const until = Date.now() + SEEN_WITHIN_MS;
  for (;;) {
    await administrator.post(`homeservers/${id}/look`, {}, Done);
    const { bridge } = await administrator.get(`homeservers/${id}/credentials`, EnforcementView);
    const { list } = await administrator.get(`homeservers/${id}`, HomeserverView);
    const { bridge: runs, server, agrees, version } = bridge ?? {};
    const evidence = {
      bridge: runs,
      version,
      server,
      behind: bridge?.behind?.serverName,
      agrees,
      signed: list?.signed,
    };
    if (bridge !== null && wanted(bridge)) return evidence;
    if (Date.now() > until) throw new DoesNotHold(evidence);
    await pause(TICK_MS);
  }
};

const bridgeShown = (ground: Ground, id: string): FurtherStep => ({
  step: "bridge_shown",
  play: async () => {
    const seen = await untilShown(ground, id, ({ bridge, agrees }) => bridge === "running" && agrees === true);
    return hold(seen["server"] === SERVER_NAMES.ts && (seen["signed"] ?? null) === null, { parts: PARTS, ...seen });
  },
});

/** A bridge that stops on one node and leads elsewhere is told, while the doors stay the homeserver's. */
const bridgeStrays = (ground: Ground, mattermost: Mattermost, id: string): FurtherStep => ({
  step: "bridge_strays",
  play: async () => {
    await mattermost.be({ address: `https://${SERVER_NAMES.fv}`, nodes: [2, 4] });
    const strayed = await untilShown(ground, id, ({ bridge, agrees }) => bridge === "off" && agrees === false);
    await mattermost.be(BRIDGED);
    return hold(strayed["server"] === SERVER_NAMES.fv, strayed);
  },
});

type Started = {
  readonly mattermost: Mattermost;
  readonly chat: Scene["chat"];
};

const startServers = async (
  wish: WorldWish,
  base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">,
): Promise<Started> => {
  const { ca, proxy, ending, foundation } = base;
  const registration = bridgeRegistration(join(foundation.layout.home, "demo", "bridge"));
  const [fv, ts] = await Promise.all([startServer(wish, base, "fv"), startServer(wish, base, "ts", registration)]);
  ending.add(fv.process, ts.process);
  const mattermost = await startBridged(ca, proxy);
  ending.add({ name: "simulated Mattermost", stop: mattermost.stop });
  const { baseUrl, serverName } = ts;
  const ghost = await registerGhost({ baseUrl, serverName, ca: ca.pem, ...ghostOf("cecilia") });
  const chat = { fv: await chatterOn(ca, fv, "fv"), ts: chatClient(ghost, ca.pem) };
  return { mattermost, chat };
};

/** Brings up the portal, two Synapses with the gate, and a simulated Mattermost whose bridge leads to the second. */
export const startMattermostWorld = async (wish: WorldWish): Promise<MattermostWorld> => {
  const start = (base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">) => startServers(wish, base);
  const { started, connected, ...ground } = await startGround(wish, start, async (each) => {
    const [, behind] = await Promise.all([
      connectHomeserver(each, "fv", { administrator: "astrid", approver: "bo" }),
      connectHomeserver(each, "ts", { administrator: "cecilia", approver: "david" }),
    ]);
    return { behind, watched: await connectMattermost(each, behind) };
  });
  const { mattermost, chat } = started;
  const { behind, watched } = connected;
  return {
    ...ground,
    mattermost,
    chat,
    partnerServers: [behind],
    further: {
      in_force: [bridgeShown(ground, watched)],
      message_b_to_a: [bridgeStrays(ground, mattermost, watched)],
    },
  };
};
