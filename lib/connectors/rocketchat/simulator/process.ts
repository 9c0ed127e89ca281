import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";
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
  z.object({ do: z.literal("sign"), method: z.string(), uri: z.string(), destination: z.string() }),
]);

const options = z
  .object({
    name: z.string(),
    cert: z.string(),
    key: z.string(),
    stored: z.string().default("none.invalid"),
    port: z.coerce.number().default(0),
    address: z.string().default("127.0.0.1"),
  })
  .parse(JSON.parse(process.argv[2] ?? "{}"));

const chat = new RocketChatServer(options.name, readTable(), options.stored);

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
      response.writeHead(status, answered).end(body);
    });
  },
);

const obey = (given: z.output<typeof command>): void => {
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
  const signed = said.do === "sign" ? { signed: chat.sign(said) } : {};
  process.send?.({ id, stored: chat.stored(), log: chat.log.slice(-50), ...signed });
});
process.on("disconnect", () => process.exit(0));

server.listen(options.port, options.address, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
