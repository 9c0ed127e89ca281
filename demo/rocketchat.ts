import { z } from "zod";
import { type RunningRocketChat, startRocketChatProcess } from "#lib/connectors/rocketchat/simulator/start.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import { type Authority, certificateOf } from "./ca.ts";
import { type Chatter, looker } from "./matrix-client.ts";
import type { NameProxy } from "./name-proxy.ts";
import { type Answer, requester } from "./requests.ts";
import type { RunningSynapse } from "./synapse.ts";

/** The simulated Rocket.Chat as its administrator made it: the token that may change its list. */
export const TOKEN = { userId: "tillit", authToken: "secret-token" } as const;

export type RocketChat = { readonly server: RunningRocketChat; readonly chat: Chatter };

const Keys = z.looseObject({
  server_name: z.string(),
  verify_keys: z.record(z.string(), z.object({ key: z.string() })),
});
const Said = z.object({ status: z.int(), json: z.json() });
const Seen = z.object({
  invited: z.boolean(),
  messages: z.array(z.object({ id: z.string(), sender: z.string(), text: z.string() })),
});

/** Reads the other server's keys as it publishes them, and has the simulated one hold its signatures to them. */
const introduce = async (server: RunningRocketChat, synapse: RunningSynapse, ca: Authority): Promise<void> => {
  const { json } = await requester(ca.pem)(`${synapse.baseUrl}/_matrix/key/v2/server`);
  const document = z.record(z.string(), z.json()).parse(json);
  const { server_name: name, verify_keys: keys } = Keys.parse(json);
  for (const [keyId, { key }] of Object.entries(keys)) {
    if (!verifySignedJson(document, name, keyId, key).ok) throw new Error(`${name} did not sign its key ${keyId}`);
    await server.trust(name, keyId, key);
  }
  await server.act({ do: "meet", name, port: synapse.port, ca: ca.pem });
};

const answerOf = (said: unknown): Answer => {
  const { status, json } = Said.parse(said);
  return { status, json, text: JSON.stringify(json), headers: {} };
};

const chatterOf = (server: RunningRocketChat, serverName: string, person: string): Chatter => {
  const look = async (room: string) => Seen.parse(await server.act({ do: "look", room }));
  return {
    userId: `@${person}:${serverName}`,
    serverName,
    createRoom: async () => z.string().parse(await server.act({ do: "createRoom" })),
    invite: async (room, user) => answerOf(await server.act({ do: "invite", room, user })),
    join: async (room, via) => answerOf(await server.act({ do: "join", room, via })),
    send: async (room, text) => answerOf(await server.act({ do: "send", room, text })),
    invitedTo: async (room) => (await look(room)).invited,
    received: looker(async (room) => (await look(room)).messages.map((each) => ({ ...each, at: 0 }))),
  };
};

export type RocketChatWish = {
  readonly serverName: string;
  readonly person: string;
  readonly ca: Authority;
  readonly proxy: NameProxy;
  /** The server that it meets. */
  readonly other: RunningSynapse;
  /** A file in which its list and its keys outlive it. */
  readonly kept?: string;
};

/**
 * Starts the simulated Rocket.Chat as a process of its own, closed to everybody, and has it know one other server. Its
 * person's acts leave it as signed requests to that server, and what that server signs is held to its list and its keys.
 */
export const startRocketChat = async ({
  serverName,
  person,
  ca,
  proxy,
  other,
  kept,
}: RocketChatWish): Promise<RocketChat> => {
  const { certFile: cert, keyFile: key } = certificateOf(ca, serverName);
  const server = await startRocketChatProcess({
    name: serverName,
    cert,
    key,
    person,
    ...(kept === undefined ? {} : { kept }),
  });
  proxy.map(serverName, server.port);
  await introduce(server, other, ca);
  return { server, chat: chatterOf(server, serverName, person) };
};
