import { rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOrExit } from "#bin/run/start.ts";
import { type MixedStep, tellMixed } from "./mixed-story.ts";
import { type MixedWorld, startMixedWorld } from "./mixed-world.ts";
import { findSabotage, type Sabotage, sabotageNames } from "./sabotage.ts";
import { type StepResult, tell } from "./story.ts";
import { startWorld, type World } from "./world.ts";

export type Played = { readonly ok: boolean; readonly steps: readonly StepResult[] };

export type PlayWish = {
  readonly sabotage?: Sabotage | undefined;
  readonly after?: (result: StepResult) => void;
  readonly say: (line: string) => void;
};

const SHOWN = 300;

/** Plays the story in a fresh world of its own, which leaves nothing behind. */
export const play = async ({ sabotage, after, say }: PlayWish): Promise<Played> => {
  const settings = settingsOrExit();
  const home = join(settings.home, `story-${process.pid}`);
  let world: World | undefined;
  try {
    world = await startWorld({
      settings: {
        ...settings,
        home,
        environment: "demo",
        federationId: settings.federationId ?? "demo.tillit.example",
      },
      say,
      withoutGates: sabotage?.withoutGates === true,
    });
    const scene = world;
    const steps = await tell(scene, {
      before: async (step) => {
        if (step === sabotage?.before) await sabotage.breakIt?.(scene);
      },
      ...(after === undefined ? {} : { after }),
    });
    return { ok: steps.every(({ ok }) => ok), steps };
  } finally {
    await world?.ending.end("the story is over");
    if (process.env["TILLIT_KEEP_STORY"] !== "true") rmSync(join(home), { recursive: true, force: true });
  }
};

/** Plays the line between a Synapse and a simulated Rocket.Chat in a fresh world of its own. */
export const playMixed = async ({
  after,
  say,
}: {
  readonly after?: (result: StepResult<MixedStep>) => void;
  readonly say: (line: string) => void;
}) => {
  const settings = settingsOrExit();
  const home = join(settings.home, `story-${process.pid}`);
  let world: MixedWorld | undefined;
  try {
    const federationId = settings.federationId ?? "demo.tillit.example";
    world = await startMixedWorld({ settings: { ...settings, home, environment: "demo", federationId }, say });
    const steps = await tellMixed(world, after);
    return { ok: steps.every(({ ok }) => ok), steps };
  } finally {
    await world?.ending.end("the story is over");
    if (process.env["TILLIT_KEEP_STORY"] !== "true") rmSync(join(home), { recursive: true, force: true });
  }
};

const line = ({ step, ok, ms, evidence }: StepResult<string>): string =>
  `${ok ? "✓" : "✗"} ${step.padEnd(18)} ${ms.toFixed(1).padStart(9)} ms  ${JSON.stringify(evidence).slice(0, ok ? SHOWN : 3_000)}`;

const KNOWN = /^(--(story|json|sabotage=.+)|mixed)$/;

/** `demo --story [mixed] [--json] [--sabotage=STEP]`: exit code 0 when every step holds. */
export const storyCommand = async (args: readonly string[]): Promise<number> => {
  const json = args.includes("--json");
  const named = args.find((arg) => arg.startsWith("--sabotage="))?.slice("--sabotage=".length);
  const sabotage = named === undefined ? undefined : findSabotage(named);
  if (named !== undefined && sabotage === undefined) {
    process.stderr.write(`--sabotage: expected one of ${sabotageNames()}\n`);
    return 64;
  }
  const strange = args.find((arg) => !KNOWN.test(arg));
  if (strange !== undefined) {
    process.stderr.write(`demo --story: ${strange} is not known here; expected mixed, --json or --sabotage=STEP\n`);
    return 64;
  }
  const print = (text: string): boolean => process.stdout.write(`${text}\n`);
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  if (sabotage !== undefined) say(`sabotage: ${sabotage.what}`);
  const after = (result: StepResult<string>): boolean => print(line(result));
  const shown = json ? {} : { after };
  const played = args.includes("mixed") ? await playMixed({ say, ...shown }) : await play({ sabotage, say, ...shown });
  if (json) print(JSON.stringify(played));
  return played.ok ? 0 : 1;
};
