import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { type ChatSide, chatPage } from "./chat-page.ts";
import { type ChatClient, type ChatMessage, chatClient } from "./matrix-client.ts";
import { type Answer, errcodeOf } from "./requests.ts";

/** The chat server's settings, as JSON in DEMO_CHAT: two users with their access tokens, which never reach the page. */
export const ChatSettings = z.object({
  port: z.int(),
  ca: z.string(),
  users: z.array(
    z.object({
      key: z.string(),
      name: z.string(),
      userId: z.string(),
      accessToken: z.string(),
      serverName: z.string(),
      baseUrl: z.string(),
    }),
  ),
});
export type ChatSettings = z.infer<typeof ChatSettings>;

type Person = ChatSide & { readonly client: ChatClient };
type State = { readonly people: readonly [Person, Person]; room: string | undefined };

const Wish = z.object({ side: z.string(), text: z.string().min(1).max(2_000).optional() });
const MatrixFault = z.object({ error: z.string() });
const LARGEST_BODY = 16_384;
const JOIN_TRIES = 40;

const told = (answer: Answer): object => ({
  ok: answer.status === 200,
  status: answer.status,
  errcode: errcodeOf(answer),
  error: MatrixFault.safeParse(answer.json).data?.error,
});

const sidesOf = ({ people }: State, key: string): readonly [Person, Person] =>
  people[0].key === key ? people : [people[1], people[0]];

const invite = async (state: State, key: string): Promise<object> => {
  const [from, to] = sidesOf(state, key);
  const room = await from.client.createRoom("Samverkan");
  const invited = await from.client.invite(room, to.client.userId);
  if (invited.status !== 200) return told(invited);
  for (let tries = 0; tries < JOIN_TRIES && !(await to.client.invitedTo(room)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const joined = await to.client.join(room, from.client.serverName);
  if (joined.status === 200) state.room = room;
  return told(joined);
};

const send = async (state: State, key: string, text: string): Promise<object> => {
  if (state.room === undefined) return { ok: false, room: false };
  return told(await sidesOf(state, key)[0].client.send(state.room, text));
};

const messages = async (state: State): Promise<Record<string, readonly ChatMessage[]>> => {
  const { room } = state;
  const read = async ({ key, client }: Person) =>
    [key, room === undefined ? [] : (await client.messages(room).catch(() => [])).toReversed()] as const;
  return Object.fromEntries(await Promise.all(state.people.map(read)));
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_BODY) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
};

const showPage = (state: State, request: IncomingMessage, response: ServerResponse): void => {
  const english =
    (request.url ?? "").includes("lang=en") ||
    (!(request.url ?? "").includes("lang=sv") && (request.headers["accept-language"] ?? "").startsWith("en"));
  const page = chatPage(state.people, english ? "en" : "sv");
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; connect-src 'self'; style-src ${hash(page.style)}; script-src ${hash(page.script)}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
  });
  response.end(page.html);
};

const write = async (state: State, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // Whoever can reach this machine's browser must not be able to write in the demo's name from another page.
  const sameOrigin = request.headers.origin === `http://${request.headers.host ?? ""}`;
  const wish = Wish.safeParse(sameOrigin ? await bodyOf(request) : undefined);
  if (!wish.success) return json(response, 400, { ok: false, status: 400 });
  const { side, text } = wish.data;
  const outcome = path === "/invite" ? invite(state, side) : send(state, side, text ?? " ");
  json(
    response,
    200,
    await outcome.catch((fault: unknown) => ({ ok: false, status: 0, error: String(fault).slice(0, 200) })),
  );
};

const handle = async (state: State, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (request.method === "POST" && (path === "/invite" || path === "/send"))
    return write(state, path, request, response);
  if (request.method !== "GET") return json(response, 405, {});
  if (path === "/state") return json(response, 200, await messages(state));
  if (path === "/") return showPage(state, request, response);
  json(response, 404, {});
};

/** Serves both people's chats side by side on 127.0.0.1. */
export const startChat = async ({ port, ca, users }: ChatSettings): Promise<Server> => {
  const [first, second] = users.map((user): Person => ({ ...user, client: chatClient(user, ca) }));
  if (first === undefined || second === undefined) throw new Error("the chat needs two people");
  const state: State = { people: [first, second], room: undefined };
  const server = createServer((request, response) => void handle(state, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
};
