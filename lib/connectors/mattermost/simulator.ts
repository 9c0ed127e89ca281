import { fork } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";

/** What the simulated server is like. */
export const MattermostState = z.object({
  permitted: z.boolean().default(true),
  plugins: z.enum(["on", "disabled", "without_bridge"]).default("on"),
  enabled: z.boolean().default(true),
  /** The state of the bridge on each node: 2 runs. */
  nodes: z.array(z.int()).default([2]),
  /** Where the bridge sends; `self` is the simulated server, which then stands for the homeserver behind. */
  address: z.string().default("self"),
  serverName: z.string().default("chat.behind.example"),
});

export const MATTERMOST_TOKEN = "mmSimulatedToken0123456789";
/** Stands in the settings beside what is looked at, and may reach nothing of ours. */
export const BRIDGE_SECRET = "bridgeSecretOfTheAppservice";

const told = z.object({ port: z.int() });

/**
 * Starts the simulated Mattermost as a process of its own.
 *
 * @param certificate PEM files; the tests' own certificate unless said
 */
export const startMattermost = async (certificate?: { readonly certFile: string; readonly keyFile: string }) => {
  const path = join(import.meta.dirname, "simulator-process.ts");
  const files = certificate === undefined ? [] : [certificate.certFile, certificate.keyFile];
  const child = fork(path, [MATTERMOST_TOKEN, BRIDGE_SECRET, ...files], { execArgv: [] });
  const heard = () =>
    new Promise<number>((resolve) => {
      child.once("message", (message) => resolve(told.parse(message).port));
    });
  const port = await heard();
  return {
    url: `https://127.0.0.1:${port}`,
    be: async (state: z.input<typeof MattermostState>): Promise<void> => {
      const done = heard();
      child.send(state);
      await done;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
};
