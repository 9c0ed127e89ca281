import { setTimeout as pause } from "node:timers/promises";
import { SERVER_NAMES } from "./agencies.ts";
import { doorOf } from "./doors.ts";
import { type RocketChat, startRocketChat, TOKEN } from "./rocketchat.ts";
import { connectHomeserver } from "./servers.ts";
import { DoesNotHold, type Evidence, type Scene } from "./story.ts";
import type { RunningSynapse } from "./synapse.ts";
import { chatterOn, type Ground, startGround, startServer, type WorldWish } from "./world.ts";

/** The portal between a real Synapse (`fv`) and a simulated Rocket.Chat (`ts`). */
export type MixedWorld = Ground & Scene & { readonly synapse: RunningSynapse; readonly rocket: RocketChat };

/** What stands in every telling: which parts are real. */
export const PARTS = {
  fv: "chat.fv.example: Synapse, real, with the module",
  ts: "chat.ts.example: Rocket.Chat, simulated by a process of its own; its rules are the vendor's as read in source",
  between: "requests over TLS, each signed by its sender and held to the receiver's list and keys",
  simulated: "Rocket.Chat's engine for rooms (version 11) and its discovery of others",
} as const;

/** The newest that the simulated engine knows; a newer Synapse makes newer rooms of its own accord. */
const ROOM_VERSION = "11";

/** How long the vendor holds the list that it parsed, ms. The story waits it out. */
const CACHE_MS = 60_000;
const PATIENCE_MS = 100_000;
const TICK_MS = 250;

type Sides = Pick<MixedWorld, "ca" | "synapse" | "rocket" | "chat">;

const doorsOf = async ({ ca, synapse, rocket }: Sides) => {
  const { fv, ts } = SERVER_NAMES;
  const [atSynapse, atRocketChat] = await Promise.all([
    doorOf(ca, synapse.port, ts, fv),
    doorOf(ca, rocket.server.port, fv, ts),
  ]);
  return { atSynapse, atRocketChat };
};

/** Watches the setting and the doors until both are as wanted. The one obeys within the cache of the other's setting. */
const watchDoors = async (sides: Sides, wantsOpen: boolean, between: () => Promise<Evidence>): Promise<Evidence> => {
  const begun = performance.now();
  const since = (): number => Math.round(performance.now() - begun);
  const wanted = wantsOpen ? SERVER_NAMES.fv : "none.invalid";
  const seen: Record<string, number> = {};
  let meanwhile: Evidence | undefined;
  for (;;) {
    const [stored, doors] = [await sides.rocket.server.stored(), await doorsOf(sides)];
    if (stored === wanted) seen["storedAtRocketChat"] ??= since();
    if (doors.atSynapse.isOpen === wantsOpen) seen["synapseObeys"] ??= since();
    if (doors.atRocketChat.isOpen === wantsOpen) seen["rocketChatObeys"] ??= since();
    const { storedAtRocketChat, synapseObeys, rocketChatObeys } = seen;
    const isHeld = storedAtRocketChat !== undefined && rocketChatObeys === undefined;
    if (isHeld && synapseObeys !== undefined) meanwhile ??= await between();
    if (storedAtRocketChat !== undefined && synapseObeys !== undefined && rocketChatObeys !== undefined) {
      const heldByCache = rocketChatObeys - storedAtRocketChat;
      const evidence = { msAfterDecision: seen, heldByCacheMs: heldByCache, whileHeld: meanwhile ?? null, doors };
      if (heldByCache > CACHE_MS + 2_000) throw new DoesNotHold(evidence);
      return evidence;
    }
    if (since() > PATIENCE_MS) throw new DoesNotHold({ msAfterDecision: seen, stored, doors });
    await pause(TICK_MS);
  }
};

/** Synapse would let the other in, and sends; Rocket.Chat still holds the list before. */
const inviteWhileHeld = async ({ chat, ...sides }: Sides): Promise<Evidence> => {
  const { status, json } = await chat.fv.invite(await chat.fv.createRoom("Samverkan"), chat.ts.userId);
  const { atRocketChat } = await doorsOf({ chat, ...sides });
  // Where the cache ran out in between, the answer may be either.
  if (!atRocketChat.isOpen && status !== 403) throw new DoesNotHold({ invite: status, answered: json, atRocketChat });
  return { inviteBySynapse: status, answered: json };
};

const watchOf = (sides: Sides): NonNullable<Scene["watch"]> => ({
  doors: async () => {
    const doors = await doorsOf(sides);
    const back = await sides.chat.ts.invite(await sides.chat.ts.createRoom("Samverkan"), sides.chat.fv.userId);
    const evidence = { parts: PARTS, doors, signedInviteByRocketChat: { status: back.status, answered: back.json } };
    if (doors.atSynapse.isOpen || doors.atRocketChat.isOpen || back.status !== 403) throw new DoesNotHold(evidence);
    return evidence;
  },
  opening: () => watchDoors(sides, true, () => inviteWhileHeld(sides)),
  shutting: () => watchDoors(sides, false, async () => ({ atRocketChat: (await doorsOf(sides)).atRocketChat })),
});

/** Brings up the portal, a Synapse with the gate and a simulated Rocket.Chat, both driven by the worker. */
export const startMixedWorld = async (wish: WorldWish): Promise<MixedWorld> => {
  const start = async (base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">) => {
    const synapse = await startServer(wish, base, "fv");
    base.ending.add(synapse.process);
    const { ca, proxy } = base;
    const rocket = await startRocketChat({ serverName: SERVER_NAMES.ts, person: "cecilia", ca, proxy, other: synapse });
    base.ending.add({ name: "simulated Rocket.Chat", stop: rocket.server.stop });
    return { synapse, rocket, chat: { fv: await chatterOn(ca, synapse, "fv", ROOM_VERSION), ts: rocket.chat } };
  };
  const { started, ...ground } = await startGround(wish, start, async (each) => {
    const drive = { kind: "rocketchat", baseUrl: `https://${SERVER_NAMES.ts}`, fields: TOKEN } as const;
    await Promise.all([
      connectHomeserver(each, "fv", { administrator: "astrid", approver: "bo" }),
      connectHomeserver(each, "ts", { administrator: "cecilia", approver: "david" }, drive),
    ]);
  });
  const sides = { ca: ground.ca, ...started };
  return { ...ground, ...started, patienceMs: PATIENCE_MS, watch: watchOf(sides) };
};
