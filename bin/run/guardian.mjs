// Ends what a program started when that program is gone, however it went (kill -9 included). It is told of each child
// on its input (`add PID SIGNAL group|single`, `del PID`); the end of that input is the program's end.
import { createInterface } from "node:readline";

const GRACE_MS = 4_000;
/** @type {Map<number, { signal: NodeJS.Signals, group: boolean }>} */
const children = new Map();

/** @param {number} pid @param {boolean} group @param {NodeJS.Signals | 0} signal */
const send = (pid, group, signal) => {
  try {
    process.kill(group ? -pid : pid, signal);
    return true;
  } catch {
    return false;
  }
};

const end = () => {
  for (const [pid, { signal, group }] of children) send(pid, group, signal);
  const begun = Date.now();
  const look = setInterval(() => {
    const left = [...children].filter(([pid, { group }]) => send(pid, group, 0));
    const late = Date.now() - begun > GRACE_MS;
    if (late) for (const [pid, { group }] of left) send(pid, group, "SIGKILL");
    if (late || left.length === 0) {
      clearInterval(look);
      process.exit(0);
    }
  }, 50);
};

// A Ctrl-C on the terminal is for the program, which ends its children itself.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [verb, pid, signal, group] = line.split(" ");
  if (verb === "add") children.set(Number(pid), { signal, group: group === "group" });
  if (verb === "del") children.delete(Number(pid));
});
lines.on("close", end);
