import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CHAPTER_NAMES } from "./chapters.ts";
import { MIXED_SABOTAGES } from "./mixed-sabotage.ts";
import { type Played, type PlayedChapter, play, playBroken, playMixed } from "./play.ts";
import { SABOTAGES, type Sabotage } from "./sabotage.ts";

/** A row of the report, as the checks read it. */
type Row = {
  readonly suite: "story";
  readonly file: "story" | "story mixed" | `story mixed ${string}` | "story --sabotage" | "story mixed --sabotage";
  readonly name: string;
  readonly state: "passed" | "failed";
};

const nothing = (): void => undefined;

const failedAt = ({ steps }: Played): string => steps.find(({ ok }) => !ok)?.step ?? "nowhere";

/** Where it stopped, and what was seen there. */
const stopOf = (played: Played): string => {
  const stopped = played.steps.find(({ ok }) => !ok);
  return `${failedAt(played)} ${JSON.stringify(stopped?.evidence ?? {}).slice(0, 2_000)}`;
};

const ofStory = ({ steps, ok }: Played): readonly Row[] => [
  ...steps.map(
    ({ step, ok: held }): Row => ({ suite: "story", file: "story", name: step, state: held ? "passed" : "failed" }),
  ),
  { suite: "story", file: "story", name: "the whole line holds", state: ok ? "passed" : "failed" },
];

const ofMixed = ({ chapter, steps, ok }: PlayedChapter): readonly Row[] => {
  const file: Row["file"] = chapter === "rocketchat" ? "story mixed" : `story mixed ${chapter}`;
  const rows = [...steps.map(({ step, ok: held }) => [step, held] as const), ["the mixed line holds", ok] as const];
  return rows.map(([name, held]) => ({ suite: "story", file, name, state: held ? "passed" : "failed" }));
};

const ofSabotage = (
  { name, what, failsAt }: Pick<Sabotage, "name" | "what"> & { readonly failsAt: string },
  played: Played,
  file: Row["file"] = "story --sabotage",
): Row => ({
  suite: "story",
  file,
  name: `${name}: ${what}: stops at ${failsAt}`,
  state: failedAt(played) === failsAt ? "passed" : "failed",
});

/** A world that did not come up (a port taken in between) is tried once more; then it counts as played nowhere. */
const fairly = (once: () => Promise<Played>): Promise<Played> => {
  const excuse = (fault: unknown): Played => {
    process.stdout.write(`  the world did not come up: ${String(fault)}\n`);
    return { ok: false, steps: [] };
  };
  return once().catch(once).catch(excuse);
};

const playFairly = (sabotage?: Sabotage): Promise<Played> => fairly(() => play({ sabotage, say: nothing }));

/** Plays each story once as it should be and the first once for each sabotage; writes rows for the report. */
export const storyCheck = async (args: readonly string[]): Promise<number> => {
  const file = args[args.indexOf("--report") + 1];
  const rows: Row[] = [];
  const add = (...more: readonly Row[]): void => {
    for (const row of more) process.stdout.write(`${row.state === "passed" ? "✓" : "✗"} ${row.file}: ${row.name}\n`);
    rows.push(...more);
  };
  const mixed = async (): Promise<void> => {
    for (const played of await playMixed(CHAPTER_NAMES, () => ({ say: nothing }), fairly)) add(...ofMixed(played));
    for (const sabotage of MIXED_SABOTAGES) {
      const played = await fairly(() => playBroken(sabotage, { say: nothing }));
      add(ofSabotage(sabotage, played, "story mixed --sabotage"));
      if (failedAt(played) !== sabotage.failsAt) process.stdout.write(`  stopped at ${stopOf(played)} instead\n`);
    }
  };
  const plain = async (): Promise<void> => {
    add(...ofStory(await playFairly()));
    for (const sabotage of SABOTAGES) {
      const played = await playFairly(sabotage);
      add(ofSabotage(sabotage, played));
      if (failedAt(played) !== sabotage.failsAt) process.stdout.write(`  stopped at ${stopOf(played)} instead\n`);
    }
  };
  // The mixed line waits for a cache and for silence: the plain one is played meanwhile.
  await Promise.all([mixed(), plain()]);
  if (args.includes("--report") && file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(rows));
  }
  return rows.every(({ state }) => state === "passed") ? 0 : 1;
};
