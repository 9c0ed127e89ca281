import { rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOrExit } from "#bin/run/start.ts";
import { startMixedWorld } from "./mixed-world.ts";
import { findSabotage, type Sabotage, sabotageNames } from "./sabotage.ts";
import { type StepResult, tell } from "./story.ts";
import { type Ground, startWorld, type WorldWish } from "./world.ts";

export type Played = { readonly ok: boolean; readonly steps: readonly StepResult[] };

export type PlayWish = {
  readonly sabotage?: Sabotage | undefined;
  readonly after?: (result: StepResult) => void;
  readonly say: (line: string) => void;
};

const SHOWN = 300;

/** Runs what is played in a fresh world of its own, which leaves nothing behind. */
const inWorldOf = async <W extends Ground>(
  start: (wish: WorldWish) => Promise<W>,
  { say, withoutGates }: Pick<WorldWish, "say" | "withoutGates">,
  run: (world: W) => Promise<readonly StepResult[]>,
): Promise<Played> => {
  const settings = settingsOrExit();
  const home = join(settings.home, `story-${process.pid}`);
  let world: W | undefined;
  try {
    world = await start({
      settings: {
        ...settings,
        home,
        environment: "demo",
        federationId: settings.federationId ?? "demo.tillit.example",
      },
      say,
      withoutGates: withoutGates === true,
    });
    const steps = await run(world);
    return { ok: steps.every(({ ok }) => ok), steps };
  } finally {
    await world?.ending.end("the story is over");
    if (process.env["TILLIT_KEEP_STORY"] !== "true") rmSync(join(home), { recursive: true, force: true });
  }
};

/** Plays the story between two Synapses, or with something broken. */
export const play = ({ sabotage, after, say }: PlayWish): Promise<Played> =>
  inWorldOf(startWorld, { say, withoutGates: sabotage?.withoutGates === true }, (world) =>
    tell(world, {
      before: async (step) => {
        if (step === sabotage?.before) await sabotage.breakIt?.(world);
      },
      ...(after === undefined ? {} : { after }),
    }),
  );

/** Plays the mixed line: a Synapse and a simulated Rocket.Chat. */
export const playMixed = ({ after, say }: Omit<PlayWish, "sabotage">): Promise<Played> =>
  inWorldOf(startMixedWorld, { say }, (world) => tell(world, after === undefined ? {} : { after }));

const line = ({ step, ok, ms, evidence }: StepResult): string =>
  `${ok ? "✓" : "✗"} ${step.padEnd(18)} ${ms.toFixed(1).padStart(9)} ms  ${JSON.stringify(evidence).slice(0, ok ? SHOWN : 3_000)}`;

const KNOWN = /^--(story|json|sabotage=.+)$/;

/** `demo --story [mixed] [--json] [--sabotage=STEP]`: exit code 0 when every step holds. */
export const storyCommand = async (given: readonly string[]): Promise<number> => {
  const isMixed = given[given.indexOf("--story") + 1] === "mixed";
  const args = isMixed ? given.filter((arg) => arg !== "mixed") : given;
  const json = args.includes("--json");
  const named = args.find((arg) => arg.startsWith("--sabotage="))?.slice("--sabotage=".length);
  const sabotage = named === undefined ? undefined : findSabotage(named);
  if (named !== undefined && sabotage === undefined) {
    process.stderr.write(`--sabotage: expected one of ${sabotageNames()}\n`);
    return 64;
  }
  const strange = args.find((arg) => !KNOWN.test(arg) || (isMixed && arg.startsWith("--sabotage")));
  if (strange !== undefined) {
    process.stderr.write(`demo --story: ${strange} is not known here; expected --json or --sabotage=STEP\n`);
    return 64;
  }
  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  if (sabotage !== undefined) say(`sabotage: ${sabotage.what}`);
  const telling = { say, ...(json ? {} : { after: (result: StepResult) => print(line(result)) }) };
  const played = await (isMixed ? playMixed(telling) : play({ sabotage, ...telling }));
  if (json) print(JSON.stringify(played));
  return played.ok ? 0 : 1;
};
