#!/usr/bin/env node
// The launcher: from a bare clone to a running command. Only Node's own modules, and nothing newer than Node 20.19, since
// it is what installs the rest. Progress goes to the error stream: what a command prints is the command's alone.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, generate, installPackages, modernNode } from "./launch/node.mjs";
import { installPython } from "./launch/python.mjs";
import { atLeast, Missing, ROOT, say } from "./launch/steps.mjs";
import { installTools } from "./launch/tools.mjs";

const packages = [installPackages, generate];
const everything = [...packages, installPython, build];

/** What each verb cannot do without, in the order in which it is made. */
const NEEDS = {
  demo: everything,
  start: [...packages, build],
  test: [...everything, installTools],
  check: packages,
  bench: everything,
  figures: everything,
  capabilities: packages,
  tillit: packages,
};

const usage = () => {
  say(`usage: npm run ${Object.keys(NEEDS).join(" | ")} [-- options]`);
  process.exit(64);
};

/** The command itself, with the right Node. It learns of this process's end by its fourth stream, and ends too. */
const run = (node, verb, args) => {
  const child = spawn(node, [join(ROOT, "bin/tillit.ts"), ...(verb === "tillit" ? [] : [verb]), ...args], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: {
      ...process.env,
      PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
      TILLIT_LAUNCHER_FD: "3",
      NEXT_TELEMETRY_DISABLED: "1",
    },
  });
  // npm that is killed outright tells nobody; its place as the parent is then taken by another process.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined)
    setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 500).unref();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill("SIGTERM"));
  child.on("error", (fault) => {
    say(fault.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
};

const [verb = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(NEEDS, verb)) usage();
try {
  if (!atLeast(process.versions.node, "20.19")) {
    throw new Missing(`Node ≥ 20.19 (this is ${process.versions.node})`, "see https://nodejs.org/en/download");
  }
  for (const step of NEEDS[verb]) await step();
  run(modernNode(), verb, args);
} catch (fault) {
  if (!(fault instanceof Missing)) throw fault;
  say(`missing: ${fault.message}`);
  say(`   mend: ${fault.mend}`);
  process.exit(69);
}
