import { Socket } from "node:net";

type Stoppable = { readonly name: string; readonly ended?: Promise<string>; readonly stop: () => Promise<void> };

/**
 * What must end with this process: all together, and then what they stand on. Ends on Ctrl-C, SIGTERM, the launcher's
 * own end, or when one of them ends by itself.
 */
export type Ending = {
  readonly add: (...things: readonly Stoppable[]) => void;
  /** The database: it ends when nothing uses it any more. */
  readonly addGround: (thing: Stoppable) => void;
  /** Resolves with the reason when it is time to end; everything has ended then. */
  readonly over: Promise<string>;
  readonly end: (reason: string) => Promise<void>;
};

let launcherGone: Promise<void> | undefined;

/** Resolves when the launcher is gone, however it went: its end of the fourth stream closes. */
const onLauncherGone = (): Promise<void> => {
  launcherGone ??= new Promise((resolve) => {
    const descriptor = Number(process.env["TILLIT_LAUNCHER_FD"] ?? Number.NaN);
    if (!Number.isInteger(descriptor)) return;
    const stream = new Socket({ fd: descriptor });
    stream.on("error", () => resolve());
    stream.on("close", () => resolve());
    stream.resume();
    stream.unref();
  });
  return launcherGone;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export const endTogether = (): Ending => {
  const above: Stoppable[] = [];
  const ground: Stoppable[] = [];
  let begun: Promise<void> | undefined;
  const { promise: over, resolve } = Promise.withResolvers<string>();
  const stopAll = async (): Promise<void> => {
    for (const wave of [above, ground]) await Promise.allSettled(wave.map((thing) => thing.stop()));
  };
  const end = (reason: string): Promise<void> => {
    begun ??= stopAll().then(() => resolve(reason));
    return begun;
  };
  const onSignal = (signal: NodeJS.Signals): void => void end(signal);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // One process may bring up one thing after another: what is over listens no more.
  void over.then(() => SIGNALS.forEach((signal) => void process.off(signal, onSignal)));
  void onLauncherGone().then(() => end("the launcher is gone"));
  const watch = (thing: Stoppable): void => {
    void thing.ended?.then((sentence) => end(sentence));
  };
  return {
    add: (...things) => {
      above.push(...things);
      things.forEach(watch);
    },
    addGround: (thing) => {
      ground.push(thing);
      watch(thing);
    },
    over,
    end,
  };
};
