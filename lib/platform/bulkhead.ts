/**
 * Limits how many things run at once under each name, so that a slow host fills its own compartment and no other.
 * Waiting ends with the caller's signal.
 */
export type Bulkhead = {
  readonly run: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** How many run under the name now. */
  readonly running: (name: string) => number;
};

type Compartment = { running: number; readonly waiting: Set<() => void> };

/** Makes a bulkhead with `most` places under each name. */
export const newBulkhead = (most: number): Bulkhead => {
  const compartments = new Map<string, Compartment>();

  const enter = (compartment: Compartment, signal: AbortSignal): Promise<void> => {
    if (compartment.running < most) {
      compartment.running += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        signal.removeEventListener("abort", giveUp);
        compartment.running += 1;
        resolve();
      };
      const giveUp = (): void => {
        compartment.waiting.delete(admit);
        reject(signal.reason);
      };
      compartment.waiting.add(admit);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  };

  const leave = (name: string, compartment: Compartment): void => {
    compartment.running -= 1;
    const [next] = compartment.waiting;
    if (next !== undefined) {
      compartment.waiting.delete(next);
      next();
    } else if (compartment.running === 0) compartments.delete(name);
  };

  return {
    running: (name) => compartments.get(name)?.running ?? 0,
    run: async (name, signal, work) => {
      signal.throwIfAborted();
      const compartment = compartments.get(name) ?? { running: 0, waiting: new Set() };
      compartments.set(name, compartment);
      await enter(compartment, signal);
      try {
        return await work();
      } finally {
        leave(name, compartment);
      }
    },
  };
};
