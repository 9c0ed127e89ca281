import pg from "pg";
import { settings } from "#lib/platform/env.ts";
import { processWide } from "#lib/platform/global.ts";
import { log } from "#lib/platform/log.ts";
import { CHANNEL, type ChangeEvent } from "./jobs.ts";

type Heard = (event: ChangeEvent) => void;
type Hearer = { readonly heard: Heard; readonly listening: (() => void) | undefined };

const isEvent = (value: unknown): value is ChangeEvent =>
  typeof value === "object" && value !== null && "topic" in value && "id" in value && "version" in value;

const read = (payload: string | undefined): ChangeEvent | undefined => {
  try {
    const value: unknown = JSON.parse(payload ?? "");
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const RETRY_FIRST = 100;
const RETRY_MOST = 5_000;
/** How long a connection that nobody hears is kept: whoever asks often would otherwise make one each time (ms). */
const KEPT_IDLE = 30_000;

/** One connection that listens for the whole process, made again whenever it breaks while somebody still hears. */
class Listener {
  readonly #hearers = new Set<Hearer>();
  #client: pg.Client | undefined;
  #retry = RETRY_FIRST;
  #idle: NodeJS.Timeout | undefined;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  add(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    clearTimeout(this.#idle);
    if (this.#client === undefined) void this.#open();
    return () => {
      this.#hearers.delete(hearer);
      if (this.#hearers.size > 0) return;
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => this.#close(), KEPT_IDLE).unref();
    };
  }

  async #open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true, application_name: "tillit-listen" });
    this.#client = client;
    client.on("error", () => this.#again(client));
    client.on("end", () => this.#again(client));
    client.on("notification", ({ payload }) => {
      const event = read(payload);
      if (event !== undefined) for (const { heard } of this.#hearers) heard(event);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#retry = RETRY_FIRST;
      for (const { listening } of this.#hearers) listening?.();
    } catch (fault) {
      log.warn({ err: fault }, "events cannot be heard");
      this.#again(client);
    }
  }

  #again(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    if (this.#hearers.size === 0) return;
    setTimeout(() => {
      if (this.#client === undefined && this.#hearers.size > 0) void this.#open();
    }, this.#retry);
    this.#retry = Math.min(this.#retry * 2, RETRY_MOST);
  }

  #close(): void {
    if (this.#hearers.size > 0) return;
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }
}

/**
 * Hears every change event of this database, from whichever process it came. While the connection is broken events are
 * lost: whoever shows something reads it again by itself now and then, or when it is told that the connection stands again.
 *
 * @param listening called whenever the connection is made, the first time too; not where it stood already
 * @returns a function that stops hearing
 */
export const subscribe = (heard: Heard, listening?: () => void): (() => void) =>
  processWide("events.listener", () => {
    const { databaseUrlWeb, databaseUrlWorker } = settings();
    return new Listener(databaseUrlWeb ?? databaseUrlWorker ?? "");
  }).add({ heard, listening });
