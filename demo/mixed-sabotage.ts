import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { SERVER_NAMES } from "./agencies.ts";
import { startCutWorld } from "./cut-world.ts";
import { doorOf } from "./doors.ts";
import { type NginxWorld, startNginxWorld } from "./nginx-world.ts";
import { freeze } from "./sabotage.ts";
import type { WorldWish } from "./world.ts";

/** A way of breaking a chapter of the mixed line, and the step at which it must notice. */
export type MixedSabotage = {
  readonly name: string;
  readonly what: string;
  readonly start: (wish: WorldWish) => Promise<NginxWorld>;
  /** When it is broken: just before this step. */
  readonly before: string;
  readonly failsAt: string;
  readonly breakIt: (world: NginxWorld) => Promise<void> | void;
};

const RELOADED_WITHIN_MS = 5_000;

/** Lets the stranger in by hand, as an operator could who edits the generated file and reloads nginx. */
const letStrangerIn = async ({ ca, nginx }: NginxWorld): Promise<void> => {
  const rules = await readFile(nginx.rules, "utf8");
  const edited = rules.replace(/^( {4}"any )\S+(" 1;)$/m, "$&\n$1stranger.example$2");
  if (edited === rules) throw new Error("the file has no rule to edit");
  await writeFile(nginx.rules, edited);
  const [was] = (await readFile(nginx.pidFile, "utf8")).split("\n");
  process.kill(Number(was), "SIGHUP");
  const until = Date.now() + RELOADED_WITHIN_MS;
  while (!(await doorOf(ca, nginx.port, "stranger.example", SERVER_NAMES.ts)).isOpen && Date.now() < until)
    await pause(50);
};

export const MIXED_SABOTAGES: readonly MixedSabotage[] = [
  {
    name: "stranger_let_in",
    what: "the operator writes a stranger into nginx's file",
    start: startNginxWorld,
    before: "stranger_refused",
    failsAt: "stranger_refused",
    breakIt: letStrangerIn,
  },
  {
    name: "agent_frozen",
    what: "the agent hangs before the revocation: nginx is left open",
    start: startNginxWorld,
    before: "revoked",
    failsAt: "refused_both_ways",
    breakIt: ({ agent }) => freeze(agent.pid),
  },
  {
    name: "link_not_cut",
    what: "the link is mended before the revocation: there is nothing of which the portal could not know",
    start: startCutWorld,
    before: "revoked",
    failsAt: "said_unreachable",
    breakIt: ({ link }) => void link.mend(),
  },
];

export const findMixedSabotage = (name: string): MixedSabotage | undefined =>
  MIXED_SABOTAGES.find((each) => each.name === name || each.failsAt === name);
