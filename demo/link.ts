import { connect, createServer, type Socket } from "node:net";

/** A way to a port of this machine that can be cut, as a cable is: nobody is told, and nothing comes through. */
export type Link = {
  readonly port: number;
  readonly cut: () => void;
  /** Lets through again what still waits; resolves when somebody first sends something over it. */
  readonly mend: () => Promise<void>;
  readonly close: () => Promise<void>;
};

type Way = { readonly from: Socket; readonly to: Socket; readonly held: Buffer[] };

/**
 * Starts a link that passes on each connection to that port, byte by byte.
 *
 * @param target a port of 127.0.0.1
 */
export const startLink = async (target: number): Promise<Link> => {
  let isCut = false;
  let onUse: (() => void) | undefined;
  const ways = new Set<Way>();
  const deliver = ({ to, held }: Way): void => {
    for (const chunk of held.splice(0)) if (!to.destroyed) to.write(chunk);
  };
  const pass = (from: Socket, to: Socket, isAsker: boolean): void => {
    const way: Way = { from, to, held: [] };
    ways.add(way);
    from.on("data", (chunk: Buffer) => {
      way.held.push(chunk);
      if (isCut) return;
      if (isAsker) onUse?.();
      deliver(way);
    });
    from.on("error", () => from.destroy());
    from.on("close", () => {
      // What was given up while the link was cut never arrives: the one who sent it is gone.
      way.held.length = 0;
      ways.delete(way);
      to.destroy();
    });
  };
  const server = createServer((asker) => {
    const answerer = connect(target, "127.0.0.1");
    pass(asker, answerer, true);
    pass(answerer, asker, false);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The link has no port");
  return {
    port: address.port,
    cut: () => {
      isCut = true;
    },
    mend: () =>
      new Promise((resolve) => {
        onUse = resolve;
        isCut = false;
        for (const way of ways) {
          if (way.held.length > 0) resolve();
          deliver(way);
        }
      }),
    close: () =>
      new Promise((resolve) => {
        for (const { from } of ways) from.destroy();
        server.close(() => resolve());
      }),
  };
};
