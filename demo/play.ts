import { rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOrExit } from "#bin/run/start.ts";
import { CHAPTER_NAMES, CHAPTERS, type Chapter, isChapter } from "./chapters.ts";
import { findMixedSabotage, MIXED_SABOTAGES, type MixedSabotage } from "./mixed-sabotage.ts";
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

/** How many worlds this process has made: each has a home of its own. */
let worlds = 0;

let begun: Promise<unknown> = Promise.resolve();

/** Worlds come up one after the other: that takes all of a small machine, while what is played in them mostly waits. */
const inTurn = <W>(start: () => Promise<W>): Promise<W> => {
  const turn = begun.then(start);
  begun = turn.catch(() => undefined);
  return turn;
};

/** Runs what is played in a fresh world of its own, which leaves nothing behind. */
const inWorldOf = async <W extends Ground>(
  start: (wish: WorldWish) => Promise<W>,
  { say, withoutGates }: Pick<WorldWish, "say" | "withoutGates">,
  run: (world: W) => Promise<readonly StepResult[]>,
): Promise<Played> => {
  const settings = settingsOrExit();
  worlds += 1;
  const home = join(settings.home, `story-${process.pid}-${worlds}`);
  let world: W | undefined;
  try {
    const wish = {
      settings: {
        ...settings,
        home,
        // Any: others may be starting beside it, and nobody opens this portal by hand.
        port: 0,
        environment: "demo" as const,
        federationId: settings.federationId ?? "demo.tillit.example",
      },
      say,
      withoutGates: withoutGates === true,
    };
    world = await inTurn(() => start(wish));
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

/** Plays one chapter of the mixed line: a Synapse, and on the other side what the chapter is about. */
const playChapter = (chapter: Chapter, { after, ...wish }: Omit<PlayWish, "sabotage">): Promise<Played> =>
  inWorldOf(CHAPTERS[chapter], wish, (world) => tell(world, after === undefined ? {} : { after }));

/** Plays the chapter that a sabotage breaks, with that broken. */
export const playBroken = (
  { start, before, breakIt }: MixedSabotage,
  { after, ...wish }: Omit<PlayWish, "sabotage">,
): Promise<Played> =>
  inWorldOf(start, wish, (world) =>
    tell(world, {
      before: async (step) => {
        if (step === before) await breakIt(world);
      },
      ...(after === undefined ? {} : { after }),
    }),
  );

/** Waits three minutes for silence to be told: it is played beside the others. */
const ASIDE: Chapter = "cut";

export type PlayedChapter = Played & { readonly chapter: Chapter };

/**
 * Plays these chapters, each to its end, the long one beside the others.
 *
 * @param outletOf where what is seen of a chapter goes
 * @param fairly plays one chapter; may try again a world that did not come up
 */
export const playMixed = async (
  chapters: readonly Chapter[],
  outletOf: (chapter: Chapter) => Omit<PlayWish, "sabotage">,
  fairly = (once: () => Promise<Played>): Promise<Played> => once(),
): Promise<readonly PlayedChapter[]> => {
  const playOne = async (chapter: Chapter): Promise<PlayedChapter> => ({
    chapter,
    ...(await fairly(() => playChapter(chapter, outletOf(chapter)))),
  });
  const aside = chapters.includes(ASIDE) ? playOne(ASIDE) : undefined;
  const played: PlayedChapter[] = [];
  const others = async (): Promise<void> => {
    for (const chapter of chapters) if (chapter !== ASIDE) played.push(await playOne(chapter));
  };
  const [last] = await Promise.all([aside, others()]);
  return last === undefined ? played : [...played, last];
};

const line = ({ step, ok, ms, evidence }: StepResult): string =>
  `${ok ? "✓" : "✗"} ${step.padEnd(18)} ${ms.toFixed(1).padStart(9)} ms  ${JSON.stringify(evidence).slice(0, ok ? SHOWN : 3_000)}`;

const KNOWN = /^--(json|sabotage=.+|chapter=.+)$/;
const EX_USAGE = 64;

const refused = (words: string): number => {
  process.stderr.write(`demo --story: ${words}\n`);
  return EX_USAGE;
};

const named = (args: readonly string[], option: string): string | undefined =>
  args.find((arg) => arg.startsWith(`--${option}=`))?.slice(option.length + 3);

/** The arguments after `--story`, with a value that stands apart from its option joined to it. */
const argumentsOf = (given: readonly string[]): { readonly isMixed: boolean; readonly args: readonly string[] } => {
  const rest = given.join(" ").replace("--chapter ", "--chapter=").split(" ");
  const isMixed = rest[rest.indexOf("--story") + 1] === "mixed";
  return { isMixed, args: rest.filter((arg, at) => arg !== "--story" && !(isMixed && rest[at - 1] === "--story")) };
};

const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

const outletFor = (json: boolean, before = ""): Pick<PlayWish, "say" | "after"> =>
  json ? { say } : { say, after: (result) => print(`${before}${line(result)}`) };

type Ended = { readonly ok: boolean; readonly chapters?: readonly PlayedChapter[] };

const tellMixed = async (args: readonly string[], json: boolean): Promise<Ended | string> => {
  const [broken, chapter] = [named(args, "sabotage"), named(args, "chapter")];
  if (chapter !== undefined && !isChapter(chapter)) return `--chapter: expected one of ${CHAPTER_NAMES.join(", ")}`;
  if (broken !== undefined) {
    const sabotage = findMixedSabotage(broken);
    if (sabotage === undefined)
      return `--sabotage: expected one of ${MIXED_SABOTAGES.map(({ name }) => name).join(", ")}`;
    say(`sabotage: ${sabotage.what}`);
    return playBroken(sabotage, outletFor(json));
  }
  const wished = chapter === undefined ? CHAPTER_NAMES : [chapter];
  const chapters = await playMixed(wished, (each) => outletFor(json, `${each.padEnd(11)} `));
  return { ok: chapters.every(({ ok }) => ok), chapters };
};

const tellPlain = async (args: readonly string[], json: boolean): Promise<Ended | string> => {
  const broken = named(args, "sabotage");
  const sabotage = broken === undefined ? undefined : findSabotage(broken);
  if (broken !== undefined && sabotage === undefined) return `--sabotage: expected one of ${sabotageNames()}`;
  if (sabotage !== undefined) say(`sabotage: ${sabotage.what}`);
  return play({ sabotage, ...outletFor(json) });
};

/** `demo --story [mixed [--chapter=NAME]] [--json] [--sabotage=STEP]`: exit code 0 when every step holds. */
export const storyCommand = async (given: readonly string[]): Promise<number> => {
  const { isMixed, args } = argumentsOf(given);
  const strange = args.find((arg) => !KNOWN.test(arg) || (!isMixed && arg.startsWith("--chapter")));
  if (strange !== undefined) return refused(`${strange} is not known here; expected --json or --sabotage=STEP`);
  const json = args.includes("--json");
  const played = await (isMixed ? tellMixed : tellPlain)(args, json);
  if (typeof played === "string") return refused(played);
  if (json) print(JSON.stringify(played));
  return played.ok ? 0 : 1;
};
