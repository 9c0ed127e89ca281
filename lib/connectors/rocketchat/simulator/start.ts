import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import type { Conduct } from "./server.ts";

const started = z.object({ port: z.int() });
const answered = z.object({
  id: z.int(),
  stored: z.string(),
  log: z.array(z.string()),
  result: z.json().optional(),
  fault: z.string().optional(),
});

export type SimulatorOptions = {
  /** The Matrix server name that it bears. */
  readonly name: string;
  /** PEM files of its certificate and key. */
  readonly cert: string;
  readonly key: string;
  /** The list's setting at the start; `none.invalid` unless said. */
  readonly stored?: string;
  readonly port?: number;
  readonly address?: string;
  /** The local part of the name of its one person; `tillit` unless said. */
  readonly person?: string;
  /** A file in which the setting and the keys outlive the process, as the vendor's database has them do. */
  readonly kept?: string;
};

/** A running simulator: a process of its own on a port of its own, and a hand on it that no network reaches. */
export type RunningRocketChat = {
  readonly port: number;
  readonly advance: (ms: number) => Promise<void>;
  readonly set: (value: string) => Promise<void>;
  readonly conduct: (change: Partial<Conduct>) => Promise<void>;
  readonly trust: (origin: string, keyId: string, key: string) => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly stored: () => Promise<string>;
  /** Has its person act or look; what the other server answered, or what is seen. */
  readonly act: (command: { readonly do: string } & Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly stop: () => Promise<void>;
};

const firstPort = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(started.parse(message).port));
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });

/** Starts a simulated Rocket.Chat as a process of its own. Ends with its parent. */
export const startRocketChatProcess = async (options: SimulatorOptions): Promise<RunningRocketChat> => {
  const child = fork(join(import.meta.dirname, "process.ts"), [JSON.stringify(options)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  const port = await firstPort(child);
  let next = 0;
  const tell = (command: object): Promise<z.output<typeof answered>> =>
    new Promise((resolve) => {
      const id = next;
      next += 1;
      const listen = (message: unknown): void => {
        const answer = answered.parse(message);
        if (answer.id !== id) return;
        child.off("message", listen);
        resolve(answer);
      };
      child.on("message", listen);
      child.send({ id, command });
    });
  const done = async (command: object): Promise<void> => {
    await tell(command);
  };
  return {
    port,
    advance: (ms) => done({ do: "advance", ms }),
    set: (value) => done({ do: "set", value }),
    conduct: (change) => done({ do: "conduct", change }),
    trust: (origin, keyId, key) => done({ do: "trust", origin, keyId, key }),
    restart: () => done({ do: "restart" }),
    stored: async () => (await tell({ do: "stored" })).stored,
    act: async (command) => {
      const { fault, result } = await tell(command);
      if (fault !== undefined) throw new Error(fault);
      return result;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGTERM");
      }),
  };
};
