import { createServer, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A CONNECT proxy that knows a few names: real homeservers find each other by `.example` names without DNS or root. */
export type NameProxy = {
  /** `http://127.0.0.1:port`, for `https_proxy`. */
  readonly url: string;
  /** Lets `name` lead to a port of 127.0.0.1, both at 8448 (federation) and at 443 (well-known). */
  readonly map: (name: string, port: number) => void;
  /** Which `host:port` were asked for and not known, in order: what a wrong discovery would reach for. */
  readonly refused: readonly string[];
  readonly close: () => Promise<void>;
};

/** The Matrix federation port and the one of `/.well-known/matrix/server` (server-server API, "Server discovery"). */
const PORTS = [8448, 443];

const join = (asked: Duplex, port: number, open: Set<Duplex>): void => {
  const answered: Socket = connect(port, "127.0.0.1", () => {
    asked.write("HTTP/1.1 200 Connection established\r\n\r\n");
    answered.pipe(asked);
    asked.pipe(answered);
  });
  for (const [one, other] of [
    [asked, answered],
    [answered, asked],
  ] as const) {
    open.add(one);
    one.on("error", () => other.destroy());
    one.on("close", () => {
      open.delete(one);
      other.destroy();
    });
  }
};

/**
 * Starts the proxy on 127.0.0.1.
 *
 * @param port 0: any free one
 */
export const startNameProxy = async (port = 0): Promise<NameProxy> => {
  const targets = new Map<string, number>();
  const refused: string[] = [];
  const open = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    const asked = (request.url ?? "").toLowerCase();
    const target = targets.get(asked);
    if (target !== undefined) return join(socket, target, open);
    refused.push(asked);
    socket.on("error", () => socket.destroy());
    socket.end("HTTP/1.1 502 Unknown name\r\n\r\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The name proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    refused,
    map: (name, to) => {
      for (const each of PORTS) targets.set(`${name}:${each}`, to);
    },
    close: () =>
      new Promise((resolve) => {
        for (const each of open) each.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
