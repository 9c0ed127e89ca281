import { readFile } from "node:fs/promises";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";

/** Reads the names of a deny file: one a line, `#` begins a comment. A line that is no name is a fault. */
export const parseDeny = (text: string): Result<ReadonlySet<ServerName>, string> => {
  const names = new Set<ServerName>();
  for (const [at, line] of text.split("\n").entries()) {
    const said = line.replace(/#.*/, "").trim();
    if (said === "") continue;
    const read = parseServerName(said);
    if (!read.ok) return err(`line ${at + 1}: ${said} is no server name`);
    names.add(read.value);
  }
  return ok(names);
};

/**
 * The operator's own deny file (law 11). Unreadable at the start: everything is to be shut; later the last good reading
 * stands. Without a file nothing is denied.
 */
export class LocalDeny {
  readonly #path: string | undefined;
  #last: ReadonlySet<ServerName> | undefined;
  fault: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** The names denied now; undefined where the file was never read, and everything is to be shut. */
  async read(): Promise<ReadonlySet<ServerName> | undefined> {
    if (this.#path === undefined) return new Set();
    const text = await readFile(this.#path, "utf8").catch((fault: unknown) => new Error(String(fault)));
    const read = text instanceof Error ? err(text.message) : parseDeny(text);
    this.fault = read.ok ? undefined : read.error;
    if (read.ok) this.#last = read.value;
    return this.#last;
  }
}
