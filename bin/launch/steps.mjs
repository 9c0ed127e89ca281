// What the launcher's steps are made of: hashes, stamps, commands with visible progress.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** Something that only the machine's owner can bring, and the command that brings it. */
export class Missing extends Error {
  /** @param {string} what @param {string} mend */
  constructor(what, mend) {
    super(what);
    this.mend = mend;
  }
}

/** @param {string} text */
export const say = (text) => process.stderr.write(`tillit: ${text}\n`);

/** Whether a dotted version is that one or newer. @param {string} version @param {string} least */
export const atLeast = (version, least) => {
  const [have, want] = [version, least].map((text) => text.replace(/^v/, "").split(".").map(Number));
  for (let place = 0; place < want.length; place += 1) {
    const difference = (have[place] ?? 0) - want[place];
    if (difference !== 0) return difference > 0;
  }
  return true;
};

const PASSED_OVER = /(^|\/)(node_modules|__pycache__|generated|build|tests|[^/]*\.egg-info)(\/|$)|\.test\.tsx?$/;

/** @param {string} path @returns {string[]} */
const filesUnder = (path) => {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined || PASSED_OVER.test(relative(ROOT, path))) return [];
  if (!info.isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
};

/** One hash over the contents of files and folders of the project (tests and built things apart). @param {string[]} paths */
export const hashOf = (...paths) => {
  const hash = createHash("sha256");
  for (const file of paths.flatMap((path) => filesUnder(join(ROOT, path)))) {
    hash
      .update(`${relative(ROOT, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
};

/** @param {string} file */
const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
};

/**
 * Does something unless it was done for the same inputs: its stamp lies beside what it made, and goes with it.
 * @param {string} stamp @param {string} inputs @param {string} title @param {() => Promise<void>} work
 */
export const once = async (stamp, inputs, title, work) => {
  const file = join(ROOT, stamp);
  if (read(file) === inputs) return;
  const begun = Date.now();
  say(`${title} …`);
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, inputs);
  say(`${title}: done in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
};

/**
 * Runs a command with its output shown; throws when it fails.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env]
 */
export const command = (command, args, env = {}) =>
  new Promise((resolve, reject) => {
    // Whatever it prints goes to the error stream.
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2], env: { ...process.env, ...env } });
    const stop = () => child.kill("SIGTERM");
    process.once("exit", stop);
    child.on("error", reject);
    child.on("exit", (code) => {
      process.off("exit", stop);
      if (code === 0) resolve(undefined);
      else reject(new Missing(`${command} ${args.slice(0, 3).join(" ")} failed (exit ${code})`, "see its words above"));
    });
  });

/** What a command prints, or undefined where it cannot run. @param {string} command @param {string[]} args */
export const printed = (command, args) => {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
};

/** Where a program of the machine lies. @param {string} name */
export const whereIs = (name) => printed("sh", ["-c", `command -v ${name}`]);

export const isRoot = process.getuid?.() === 0;
