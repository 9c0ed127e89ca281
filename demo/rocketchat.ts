import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "#bin/run/layout.ts";
import { type Authority, certificateOf } from "./ca.ts";

/** The credential that the simulated server knows: a personal access token's two halves. */
export const ROCKETCHAT_CREDENTIAL = { userId: "tillit", authToken: "secret-token" } as const;

const said = z.object({ id: z.number(), stored: z.string(), log: z.array(z.string()), signed: z.string().optional() });
const told = z.object({ port: z.int() });

/** A Rocket.Chat that is simulated in a process of its own: it enforces its list as the real one is documented to. */
export type RunningRocketChat = {
  readonly serverName: string;
  readonly port: number;
  /** The list as it stands in the setting. */
  readonly stored: () => Promise<string>;
  /** Has it know another server's key: a real one fetches it. */
  readonly trust: (origin: string, keyId: string, key: string) => Promise<void>;
  /** Signs a request of its own to another server. */
  readonly sign: (method: string, uri: string, destination: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });

/** Starts the simulated server with a certificate of the demo's authority. */
export const startRocketChat = async (ca: Authority, serverName: string): Promise<RunningRocketChat> => {
  const { certFile, keyFile } = certificateOf(ca, serverName);
  const options = JSON.stringify({ name: serverName, cert: certFile, key: keyFile });
  const child = fork(join(ROOT, "lib/connectors/rocketchat/simulator/process.ts"), [options], { execArgv: [] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message) => resolve(told.parse(message).port));
    child.once("exit", () => reject(new Error("the simulated Rocket.Chat ended")));
  });
  let asked = 0;
  const order = (command: object): Promise<z.output<typeof said>> =>
    new Promise((resolve) => {
      asked += 1;
      const id = asked;
      const heard = (message: unknown): void => {
        const answer = said.safeParse(message);
        if (!answer.success || answer.data.id !== id) return;
        child.off("message", heard);
        resolve(answer.data);
      };
      child.on("message", heard);
      child.send({ id, command });
    });
  return {
    serverName,
    port,
    stored: async () => (await order({ do: "stored" })).stored,
    trust: async (origin, keyId, key) => {
      await order({ do: "trust", origin, keyId, key });
    },
    sign: async (method, uri, destination) => (await order({ do: "sign", method, uri, destination })).signed ?? "",
    stop: async () => {
      child.kill();
      await ended(child);
    },
  };
};
