import pg from "pg";
import { settings } from "#lib/platform/env.ts";
import { processWide } from "#lib/platform/global.ts";
import { log } from "#lib/platform/log.ts";
import { CHANNEL, type ChangeEvent } from "./jobs.ts";

type Heard = (event: ChangeEvent) => void;

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

/** One connection that listens for the whole process, made again whenever it breaks while somebody still hears. */
class Listener {
  readonly #hearers = new Set<Heard>();
  #client: pg.Client | undefined;
  #retry = RETRY_FIRST;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  add(heard: Heard): () => void {
    this.#hearers.add(heard);
    if (this.#client === undefined) void this.#open();
    return () => {
      this.#hearers.delete(heard);
      if (this.#hearers.size === 0) this.#close();
    };
  }

  async #open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true, application_name: "tillit-listen" });
    this.#client = client;
    client.on("error", () => this.#again(client));
    client.on("end", () => this.#again(client));
    client.on("notification", ({ payload }) => {
      const event = read(payload);
      if (event !== undefined) for (const heard of this.#hearers) heard(event);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#retry = RETRY_FIRST;
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
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }
}

/**
 * Hears every change event of this database, from whichever process it came. While the connection is broken events are
 * lost: whoever shows something reads it again by itself now and then.
 *
 * @returns a function that stops hearing
 */
export const subscribe = (heard: Heard): (() => void) =>
  processWide("events.listener", () => {
    const { databaseUrlWeb, databaseUrlWorker } = settings();
    return new Listener(databaseUrlWeb ?? databaseUrlWorker ?? "");
  }).add(heard);
