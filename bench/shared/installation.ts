import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "#bin/run/layout.ts";

/** One thing that the launcher made, in seconds. */
export type Installed = { readonly step: string; readonly seconds: number };

/** A line in which the launcher says that it is done with something; undefined for any other line. */
export const installedIn = (line: string): Installed | undefined => {
  const [, step, seconds] = /^tillit: (.+): done in ([\d.]+) s$/.exec(line) ?? [];
  return step === undefined ? undefined : { step, seconds: Number(seconds) };
};

/** Copies what the project's own files are, and nothing that was made from them. */
const bareCopy = (into: string): void => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0");
  for (const file of files.filter((name) => name !== "")) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    cpSync(join(ROOT, file), join(into, file));
  }
};

/**
 * Installs the project in a new folder, as the launcher does on a bare clone, and takes the folder away again. What the
 * machine's own package caches hold is used, as it is for everybody. Throws when a step is not made.
 */
export const measureInstallation = async (): Promise<readonly Installed[]> => {
  const folder = mkdtempSync(join(tmpdir(), "tillit-install-"));
  try {
    bareCopy(folder);
    // A figure that nobody knows: the launcher installs, and then the command has nothing to measure.
    const child = spawn(process.execPath, [join(folder, "bin/launch.mjs"), "bench", "installation-alone"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const steps: Installed[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      const installed = installedIn(line);
      if (installed !== undefined) steps.push(installed);
      process.stderr.write(`${line}\n`);
    }
    if (steps.length === 0) throw new Error("the launcher installed nothing");
    return steps;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
