import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunAs } from "./processes.ts";

/** Makes a folder (and gives it to a user), or brings the one that stands to these rights. */
export const folder = (path: string, mode: number, owner?: RunAs): string => {
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
  return path;
};

/** A secret that is made once and kept in a file that only its owner reads. */
export const keptSecret = (path: string): string => {
  try {
    writeFileSync(path, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch {
    // It stands already.
  }
  return readFileSync(path, "utf8").trim();
};

/** The command line of a live process; empty where there is none. */
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    try {
      process.kill(pid, 0);
      return "tillit.ts";
    } catch {
      return "";
    }
  }
};

/** What this process has taken and leaves when it ends. */
const taken = new Set<string>();

/**
 * Takes a state folder for this process alone until it ends. A lock left by a killed process is no hindrance.
 *
 * @throws if another live process of the product holds it
 */
export const takeHome = (home: string): void => {
  const file = join(home, "pid");
  const holder = Number(readIf(file) ?? Number.NaN);
  if (Number.isInteger(holder) && holder !== process.pid && commandOf(holder).includes("tillit.ts"))
    throw new Error(`Tillit already runs on ${home} (process ${holder}): end it first, or set TILLIT_HOME`);
  writeFileSync(file, String(process.pid));
  if (taken.size === 0) process.once("exit", () => taken.forEach((each) => void rmSync(each, { force: true })));
  taken.add(file);
};

export const readIf = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};
