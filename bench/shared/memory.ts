import { execFileSync } from "node:child_process";

/** Resident memory of a process and all that it started in its group, in MB. */
export const memoryOf = (pid: number): number => {
  const rows = execFileSync("ps", ["-eo", "pgid=,rss="], { encoding: "utf8" }).trim().split("\n");
  const kilobytes = rows.map((row) => row.trim().split(/\s+/).map(Number)).filter(([group]) => group === pid);
  return kilobytes.reduce((sum, [, rss = 0]) => sum + rss, 0) / 1024;
};
