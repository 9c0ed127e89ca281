import { Socket } from "node:net";

type Stoppable = { readonly name: string; readonly ended?: Promise<string>; readonly stop: () => Promise<void> };

/**
 * What must end with this process, in waves: those added last end first, all of one wave together. Ends on Ctrl-C,
 * SIGTERM, the launcher's own end, or when one of them ends by itself.
 */
export type Ending = {
  /** Adds a wave. */
  readonly add: (...things: readonly Stoppable[]) => void;
  /** Resolves with the reason when it is time to end; everything has ended then. */
  readonly over: Promise<string>;
  readonly end: (reason: string) => Promise<void>;
};

/** Tells when the launcher is gone, however it went: its end of the fourth stream closes. */
const onLauncherGone = (then: () => void): void => {
  const descriptor = Number(process.env["TILLIT_LAUNCHER_FD"] ?? Number.NaN);
  if (!Number.isInteger(descriptor)) return;
  const stream = new Socket({ fd: descriptor });
  stream.on("error", then);
  stream.on("close", then);
  stream.resume();
  stream.unref();
};

export const endTogether = (): Ending => {
  const waves: (readonly Stoppable[])[] = [];
  let begun: Promise<void> | undefined;
  const { promise: over, resolve } = Promise.withResolvers<string>();
  const stopAll = async (): Promise<void> => {
    for (const wave of waves.toReversed()) await Promise.allSettled(wave.map((thing) => thing.stop()));
  };
  const end = (reason: string): Promise<void> => {
    begun ??= stopAll().then(() => resolve(reason));
    return begun;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(signal));
  onLauncherGone(() => void end("the launcher is gone"));
  const add: Ending["add"] = (...things) => {
    waves.push(things);
    for (const thing of things) void thing.ended?.then((sentence) => end(sentence));
  };
  return { add, over, end };
};
