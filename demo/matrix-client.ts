import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { type Answer, type Requester, requester } from "./requests.ts";

/** A person's chat client: the Matrix client-server API, as an application uses it. */
export type ChatUser = {
  readonly userId: string;
  readonly accessToken: string;
  readonly serverName: string;
  readonly baseUrl: string;
};

/** What a person does in a chat, and what that person sees there, on whatever server it is. */
export type Chatter = {
  readonly userId: string;
  readonly serverName: string;
  readonly createRoom: (name: string) => Promise<string>;
  /** The raw answer: a shut door answers here, with the reason of the server that refused. */
  readonly invite: (room: string, userId: string) => Promise<Answer>;
  readonly join: (room: string, via: string) => Promise<Answer>;
  readonly send: (room: string, text: string) => Promise<Answer>;
  readonly invitedTo: (room: string) => Promise<boolean>;
  /** The message with that text, once it has arrived; `undefined` if it has not within `withinMs`. */
  readonly received: (room: string, text: string, withinMs: number) => Promise<ChatMessage | undefined>;
};

export type ChatClient = ChatUser &
  Chatter & {
    /** Newest first. */
    readonly messages: (room: string) => Promise<readonly ChatMessage[]>;
  };

export type ChatMessage = { readonly id: string; readonly sender: string; readonly text: string; readonly at: number };

const Nonce = z.object({ nonce: z.string() });
const Login = z.object({ user_id: z.string(), access_token: z.string() });
const Room = z.object({ room_id: z.string() });
const Sync = z.object({ rooms: z.object({ invite: z.record(z.string(), z.unknown()).optional() }).optional() });
const History = z.object({
  chunk: z.array(
    z.object({
      event_id: z.string(),
      type: z.string(),
      sender: z.string(),
      origin_server_ts: z.number(),
      content: z.object({ body: z.string().optional() }).loose(),
    }),
  ),
});

const parse = <T>(schema: z.ZodType<T>, answer: Answer): T => {
  const read = schema.safeParse(answer.json);
  if (answer.status !== 200 || !read.success)
    throw new Error(`Homeserver answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  return read.data;
};

export type Registration = {
  readonly baseUrl: string;
  readonly serverName: string;
  readonly ca: string;
  /** Synapse's `registration_shared_secret`. */
  readonly secret: string;
  readonly name: string;
  readonly displayName?: string;
};

/**
 * Makes a user on a Synapse, or signs in as it if it is there: its admin API "Shared-Secret Registration".
 *
 * @throws if the server answers otherwise
 */
export const registerUser = async (wish: Registration): Promise<ChatUser> => {
  const ask = requester(wish.ca);
  const password = createHmac("sha256", wish.secret).update(`password of ${wish.name}`).digest("base64url");
  const url = `${wish.baseUrl}/_synapse/admin/v1/register`;
  const { nonce } = parse(Nonce, await ask(url));
  const mac = createHmac("sha1", wish.secret).update([nonce, wish.name, password, "notadmin"].join("\0")).digest("hex");
  const made = await ask(url, {
    json: { nonce, username: wish.name, displayname: wish.displayName, password, admin: false, mac },
  });
  const answer =
    made.status === 200
      ? made
      : await ask(`${wish.baseUrl}/_matrix/client/v3/login`, {
          json: { type: "m.login.password", identifier: { type: "m.id.user", user: wish.name }, password },
        });
  const user = parse(Login, answer);
  return {
    userId: user.user_id,
    accessToken: user.access_token,
    serverName: wish.serverName,
    baseUrl: wish.baseUrl,
  };
};

export type Ghost = {
  readonly baseUrl: string;
  readonly serverName: string;
  readonly ca: string;
  readonly name: string;
  /** The application service's own token. */
  readonly bridgeToken: string;
};

/**
 * Makes a user that an application service speaks for (client-server API, "Server admin style permissions").
 *
 * @throws if the server answers otherwise
 */
export const registerGhost = async (wish: Ghost): Promise<ChatUser> => {
  const { baseUrl, serverName } = wish;
  const made = await requester(wish.ca)(`${baseUrl}/_matrix/client/v3/register`, {
    headers: { authorization: `Bearer ${wish.bridgeToken}` },
    json: { type: "m.login.application_service", username: wish.name },
  });
  const user = parse(Login, made);
  return { userId: user.user_id, accessToken: user.access_token, serverName, baseUrl };
};

const readMessages = (answer: Answer): readonly ChatMessage[] => {
  const history = parse(History, answer);
  return history.chunk
    .filter(({ type }) => type === "m.room.message")
    .map((event) => ({
      id: event.event_id,
      sender: event.sender,
      text: event.content.body ?? "",
      at: event.origin_server_ts,
    }));
};

/** Looks again and again until the message is among those that are seen. */
export const looker =
  (messages: ChatClient["messages"]): Chatter["received"] =>
  async (room, text, withinMs) => {
    const until = Date.now() + withinMs;
    do {
      const found = (await messages(room).catch(() => [])).find((message) => message.text === text);
      if (found !== undefined) return found;
      await pause(40);
    } while (Date.now() < until);
    return undefined;
  };

/**
 * A client that acts as this user. Its rooms are private and unencrypted.
 *
 * @param roomVersion of the rooms that it makes; the server's default unless said
 */
export const chatClient = (user: ChatUser, ca: string, roomVersion?: string): ChatClient => {
  const request: Requester = requester(ca);
  const headers = { authorization: `Bearer ${user.accessToken}` };
  const call = (path: string, json?: unknown, method?: string): Promise<Answer> =>
    request(`${user.baseUrl}/_matrix/client/v3/${path}`, {
      headers,
      ...(json === undefined ? {} : { json }),
      ...(method === undefined ? {} : { method }),
    });
  const at = encodeURIComponent;
  const messages: ChatClient["messages"] = async (room) =>
    readMessages(await call(`rooms/${at(room)}/messages?dir=b&limit=50`));
  return {
    ...user,
    createRoom: async (name) => {
      const version = roomVersion === undefined ? {} : { room_version: roomVersion };
      return parse(Room, await call("createRoom", { preset: "private_chat", name, ...version })).room_id;
    },
    invite: (room, userId) => call(`rooms/${at(room)}/invite`, { user_id: userId }),
    join: (room, via) => call(`join/${at(room)}?server_name=${at(via)}`, {}),
    send: (room, text) =>
      call(`rooms/${at(room)}/send/m.room.message/${randomUUID()}`, { msgtype: "m.text", body: text }, "PUT"),
    invitedTo: async (room) => {
      const filter = at(
        JSON.stringify({ room: { timeline: { limit: 0 }, state: { types: [] } }, presence: { types: [] } }),
      );
      const state = parse(Sync, await call(`sync?timeout=0&filter=${filter}`));
      return Object.keys(state.rooms?.invite ?? {}).includes(room);
    },
    messages,
    received: looker(messages),
  };
};
