import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { movableClock } from "#lib/platform/clock.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { Rooms } from "./rooms.ts";
import { type Conduct, RocketChatServer } from "./server.ts";
import { readTable } from "./table.ts";

/** What its parent says to the process, beside what the network says: a test's hand on it, and nothing that the vendor has. */
const command = z.discriminatedUnion("do", [
  z.object({ do: z.literal("advance"), ms: z.number() }),
  z.object({ do: z.literal("set"), value: z.string() }),
  z.object({ do: z.literal("conduct"), change: z.record(z.string(), z.json()) }),
  z.object({ do: z.literal("trust"), origin: z.string(), keyId: z.string(), key: z.string() }),
  z.object({ do: z.literal("restart") }),
  z.object({ do: z.literal("stored") }),
  z.object({ do: z.literal("meet"), name: z.string(), port: z.number(), ca: z.string() }),
  z.object({ do: z.literal("createRoom") }),
  z.object({ do: z.literal("invite"), room: z.string(), user: z.string() }),
  z.object({ do: z.literal("join"), room: z.string(), via: z.string() }),
  z.object({ do: z.literal("send"), room: z.string(), text: z.string() }),
  z.object({ do: z.literal("look"), room: z.string() }),
]);

const options = z
  .object({
    name: z.string(),
    cert: z.string(),
    key: z.string(),
    stored: z.string().default("none.invalid"),
    port: z.coerce.number().default(0),
    address: z.string().default("127.0.0.1"),
    /** Its one person, by the local part of the name. */
    person: z.string().default("tillit"),
    /** Where the setting and the keys outlive the process; without it they end with it. */
    kept: z.string().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

const Kept = z.object({ stored: z.string(), keys: z.object({ publicKey: z.string(), privateKey: z.string() }) });
const { kept: keptIn } = options;
const { stored: storedBefore, keys } =
  keptIn !== undefined && existsSync(keptIn)
    ? Kept.parse(JSON.parse(readFileSync(keptIn, "utf8")))
    : { stored: options.stored, keys: newKeyPair() };

const chat = new RocketChatServer(options.name, readTable(), storedBefore, movableClock(Date.now()), keys);

let written: string | undefined;
/** Half a file would be another server: it is written beside and put in its place. */
const keep = (): void => {
  if (keptIn === undefined || written === chat.stored()) return;
  written = chat.stored();
  writeFileSync(`${keptIn}.new`, JSON.stringify({ stored: written, keys }), { mode: 0o600 });
  renameSync(`${keptIn}.new`, keptIn);
};
keep();

const rooms = new Rooms(chat, `@${options.person}:${options.name}`);
chat.beyond = (request) => rooms.answer(request);

// The machine's time goes on beside what a test adds to it.
let last = performance.now();
const keepTime = (): void => {
  const now = performance.now();
  const passed = Math.floor(now - last);
  last += passed;
  chat.clock.advance(passed);
};

const server: Server = createServer(
  { cert: readFileSync(options.cert), key: readFileSync(options.key) },
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      keepTime();
      if (request.url === "/.well-known/matrix/server") {
        const found = JSON.stringify({ "m.server": `${options.name}:443` });
        response.writeHead(200, { "content-type": "application/json" }).end(found);
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
      );
      const {
        status,
        headers: answered,
        body,
      } = chat.answer({
        method: request.method ?? "GET",
        uri: request.url ?? "/",
        headers,
        body: Buffer.concat(chunks).toString("utf8"),
        address: request.socket.remoteAddress ?? "",
      });
      keep();
      response.writeHead(status, answered).end(body);
    });
  },
);

/** What its person does, and what that person sees. */
const act = async (given: z.output<typeof command>): Promise<unknown> => {
  if (given.do === "createRoom") return rooms.createRoom();
  if (given.do === "invite") return rooms.invite(given.room, given.user);
  if (given.do === "join") return rooms.join(given.room, given.via);
  if (given.do === "send") return rooms.send(given.room, given.text);
  if (given.do === "look") return { invited: rooms.isInvitedTo(given.room), messages: rooms.messages(given.room) };
  return undefined;
};

const obey = (given: z.output<typeof command>): void => {
  if (given.do === "meet") rooms.meet(given.name, given);
  if (given.do === "advance") chat.clock.advance(given.ms);
  if (given.do === "set") chat.set(given.value);
  if (given.do === "conduct")
    Object.assign(chat.conduct, given.change satisfies Partial<Record<keyof Conduct, unknown>>);
  if (given.do === "trust") chat.trust(given.origin, given.keyId, given.key);
  if (given.do === "restart") chat.restart();
};

process.on("message", (message) => {
  const { id, command: said } = z.object({ id: z.number(), command }).parse(message);
  keepTime();
  obey(said);
  keep();
  const answer = (more: object): void => {
    process.send?.({ id, stored: chat.stored(), log: chat.log.slice(-50), ...more });
  };
  act(said).then(
    (result) => answer({ result }),
    (fault: unknown) => answer({ fault: String(fault) }),
  );
});
process.on("disconnect", () => process.exit(0));

server.listen(options.port, options.address, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
