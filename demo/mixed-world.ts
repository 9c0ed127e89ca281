import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { type Ending, endTogether } from "#bin/run/ending.ts";
import { startWeb, startWorker } from "#bin/run/portal.ts";
import { ChangeView } from "#lib/contracts/changes.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { SERVER_NAMES } from "./agencies.ts";
import { type ChatClient, chatClient, registerUser } from "./matrix-client.ts";
import { CHATTERS } from "./people.ts";
import { portalClient } from "./portal-client.ts";
import { requester } from "./requests.ts";
import { ROCKETCHAT_CREDENTIAL, type RunningRocketChat, startRocketChat } from "./rocketchat.ts";
import { connectHomeserver, type Scene, untilPinned } from "./servers.ts";
import type { RunningSynapse } from "./synapse.ts";
import { type Base, layBase, signEveryoneIn, startServer, type WorldWish } from "./world.ts";

/** A real Synapse on one side and a simulated Rocket.Chat on the other: the pair of Sweden's first live link. */
export type MixedWorld = Base &
  Scene & {
    readonly ending: Ending;
    readonly synapse: RunningSynapse;
    readonly rocket: RunningRocketChat;
    readonly chat: ChatClient;
  };

const LONGEST_MS = 60_000;
const Keys = z.object({ verify_keys: z.record(z.string(), z.object({ key: z.string() })) });

const untilActive = async (scene: Scene, id: string): Promise<void> => {
  const until = Date.now() + LONGEST_MS;
  for (;;) {
    const { active, candidate } = await scene.as("cecilia").get(`homeservers/${id}/credentials`, EnforcementView);
    if (active !== null) return;
    if (candidate?.state === "failed" || Date.now() > until)
      throw new Error(`the credential was not let in: ${JSON.stringify(candidate)}`);
    await pause(100);
  }
};

/** Connects the Rocket.Chat as its agency would: interface, another's approval, credential, enforcing. */
const connectRocketChat = async (scene: Scene): Promise<void> => {
  const [administrator, approver] = [scene.as("cecilia"), scene.as("david")];
  const serverName = SERVER_NAMES.ts;
  const added = await administrator.post(
    `agencies/${scene.seeded.agencies.ts}/homeservers`,
    { serverName, platform: "rocketchat" },
    HomeserverView,
  );
  const { id } = added;
  await untilPinned(administrator, id);
  const choice = { kind: "rocketchat", baseUrl: `https://${serverName}` };
  const answer = await administrator.ask(`homeservers/${id}/enforcement-point`, choice, undefined, "PUT");
  const { proposed } = EnforcementView.parse(answer.json);
  if (proposed !== null) await approver.post(`changes/${proposed}/decision`, { decision: "approve" }, ChangeView);
  await administrator.post(`homeservers/${id}/credentials`, { fields: ROCKETCHAT_CREDENTIAL }, EnforcementView);
  await untilActive(scene, id);
  const view = await administrator.get(`homeservers/${id}`, HomeserverView);
  await approver.put(`homeservers/${id}/mode`, { mode: "enforce" }, HomeserverView, view.version);
};

const chatterOn = async ({ ca }: Base, { baseUrl, serverName, registrationSecret: secret }: RunningSynapse) => {
  const { name, displayName } = CHATTERS[0];
  return chatClient(await registerUser({ baseUrl, serverName, ca: ca.pem, secret, name, displayName }), ca.pem);
};

/** Has the simulated server know the Synapse's key, which a real one would fetch. */
const introduce = async (rocket: RunningRocketChat, synapse: RunningSynapse, ca: string): Promise<void> => {
  const answer = await requester(ca)(`${synapse.baseUrl}/_matrix/key/v2/server`);
  for (const [keyId, { key }] of Object.entries(Keys.parse(answer.json).verify_keys))
    await rocket.trust(synapse.serverName, keyId, key);
};

/** Brings up the pair behind one portal; ends with this process. */
export const startMixedWorld = async (wish: WorldWish): Promise<MixedWorld> => {
  const ending = endTogether();
  try {
    const base = await layBase(wish, ending);
    const { foundation, variables, ca, proxy, issuer, seeded } = base;
    ending.add(startWorker(foundation, variables));
    const [web, synapse, rocket] = await Promise.all([
      startWeb(foundation, variables),
      startServer(wish, base, "fv"),
      startRocketChat(ca, SERVER_NAMES.ts),
    ]);
    ending.add(web, synapse.process, { name: "simulated Rocket.Chat", stop: rocket.stop });
    proxy.map(rocket.serverName, rocket.port);
    await introduce(rocket, synapse, ca.pem);
    const [chat, cookies] = await Promise.all([chatterOn(base, synapse), signEveryoneIn(foundation.baseUrl, issuer)]);
    const as: Scene["as"] = (subject) => portalClient(foundation.baseUrl, cookies[subject] ?? "");
    const scene = { seeded, as };
    await connectHomeserver(scene, "fv", { administrator: "astrid", approver: "bo" });
    await connectRocketChat(scene);
    return { ...base, ...scene, ending, synapse, rocket, chat };
  } catch (fault) {
    await ending.end(String(fault));
    throw fault;
  }
};
