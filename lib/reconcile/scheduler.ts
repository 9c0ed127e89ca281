/** What runs one server's round; answers when that server wants the next, in ms from now, or undefined. */
export type Run = (key: string, traceId: string, signal: AbortSignal) => Promise<RunResult>;
export type RunResult = { readonly again: number | undefined; readonly failed: boolean };

export type SchedulerOptions = {
  readonly run: Run;
  /** Most servers at once among those that answered last time. */
  readonly places: number;
  /** Most servers at once among those that did not: they wait for each other, never for them the others. */
  readonly slowPlaces: number;
  /** A round that takes longer than this (ms) is moved among the slow, and its place is given on. */
  readonly slowAfter: number;
  readonly newTraceId: () => string;
  readonly onError: (key: string, error: unknown) => void;
};

export type Scheduler = {
  /** Has the server looked at as soon as there is a place; a wake-up during its round has it looked at once more. */
  readonly wake: (key: string, traceId: string) => void;
  readonly idle: () => Promise<void>;
  readonly running: () => number;
  readonly waiting: () => number;
  /** Whether servers that answered last time wait for a place. */
  readonly crowded: () => boolean;
  /** Takes nothing new, gives rounds `grace` ms to end, then aborts them. */
  readonly stop: (grace: number) => Promise<void>;
};

/** Node's timers hold at most 31 bits; what lies further off is the sweep's to find. */
const LONGEST_TIMER = 60 * 60_000;

type Lane = { readonly places: number; taken: number; readonly queue: Map<string, string> };

class RoundScheduler implements Scheduler {
  readonly #options: SchedulerOptions;
  readonly #fast: Lane;
  readonly #slow: Lane;
  readonly #running = new Map<string, Lane>();
  readonly #again = new Map<string, string>();
  readonly #suspects = new Set<string>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #abort = new AbortController();
  #quiet: (() => void)[] = [];
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#fast = { places: options.places, taken: 0, queue: new Map() };
    this.#slow = { places: options.slowPlaces, taken: 0, queue: new Map() };
  }

  running = (): number => this.#running.size;
  waiting = (): number => this.#fast.queue.size + this.#slow.queue.size;
  crowded = (): boolean => this.#fast.queue.size > 0;

  wake = (key: string, traceId: string): void => {
    if (this.#stopped) return;
    this.#clearTimer(key);
    if (this.#running.has(key)) {
      this.#again.set(key, traceId);
      return;
    }
    const lane = this.#suspects.has(key) ? this.#slow : this.#fast;
    lane.queue.set(key, traceId);
    this.#fill();
  };

  #fill(): void {
    for (const lane of [this.#fast, this.#slow]) {
      for (const [key, traceId] of lane.queue) {
        if (lane.taken >= lane.places) break;
        lane.queue.delete(key);
        void this.#start(key, traceId, lane);
      }
    }
    if (this.#running.size === 0 && this.waiting() === 0) for (const done of this.#quiet.splice(0)) done();
  }

  async #start(key: string, traceId: string, lane: Lane): Promise<void> {
    lane.taken += 1;
    this.#running.set(key, lane);
    const move = setTimeout(() => this.#moveToSlow(key), this.#options.slowAfter);
    let result: RunResult = { again: undefined, failed: true };
    try {
      result = await this.#options.run(key, traceId, this.#abort.signal);
    } catch (error) {
      this.#options.onError(key, error);
      result = { again: 5_000, failed: true };
    }
    clearTimeout(move);
    this.#finish(key, result);
  }

  /** Gives a slow round's place in the fast lane to the next, the round itself going on. */
  #moveToSlow(key: string): void {
    const lane = this.#running.get(key);
    if (lane !== this.#fast) return;
    this.#fast.taken -= 1;
    this.#slow.taken += 1;
    this.#running.set(key, this.#slow);
    this.#suspects.add(key);
    this.#fill();
  }

  #finish(key: string, { again, failed }: RunResult): void {
    const lane = this.#running.get(key);
    if (lane !== undefined) lane.taken -= 1;
    this.#running.delete(key);
    if (failed) this.#suspects.add(key);
    else if (lane === this.#fast || !this.#again.has(key)) this.#suspects.delete(key);
    const woken = this.#again.get(key);
    this.#again.delete(key);
    if (woken !== undefined) this.wake(key, woken);
    else if (again !== undefined) this.#wakeIn(key, again);
    this.#fill();
  }

  #wakeIn(key: string, ms: number): void {
    if (this.#stopped || ms > LONGEST_TIMER) return;
    this.#clearTimer(key);
    const timer = setTimeout(() => this.wake(key, this.#options.newTraceId()), Math.max(1, ms));
    this.#timers.set(key, timer);
  }

  #clearTimer(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  idle = (): Promise<void> =>
    this.#running.size === 0 && this.waiting() === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#quiet.push(resolve);
        });

  stop = async (grace: number): Promise<void> => {
    this.#stopped = true;
    for (const key of [...this.#timers.keys()]) this.#clearTimer(key);
    this.#fast.queue.clear();
    this.#slow.queue.clear();
    this.#again.clear();
    const timer = setTimeout(() => this.#abort.abort(new Error("the worker is stopping")), grace);
    await this.idle();
    clearTimeout(timer);
  };
}

/**
 * Runs each server's rounds one after another, and many servers side by side. Servers that failed or are slow have
 * places of their own, so that however many of them there are, the others' rounds begin at once.
 */
export const newScheduler = (options: SchedulerOptions): Scheduler => new RoundScheduler(options);
