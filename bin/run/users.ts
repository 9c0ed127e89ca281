import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { RunAs } from "./processes.ts";

/** The system users of the three processes, so that none can read another's secrets. */
export const SYSTEM_USERS = { web: "tillit-web", worker: "tillit-worker", database: "tillit-database" } as const;
export type SystemUser = keyof typeof SYSTEM_USERS;

export type Separation =
  | { readonly kind: "users"; readonly users: Readonly<Record<SystemUser, RunAs>> }
  /** By role and environment only; `why` is one line for the terminal. */
  | { readonly kind: "environment"; readonly why: string };

const OTHERS_MAY_PASS = 0o001;

/** The first folder on the way to `path` that other users may not pass through. */
export const closedFolder = (path: string): string | undefined => {
  const folder = resolve(path);
  const parent = dirname(folder);
  const above = parent === folder ? undefined : closedFolder(parent);
  if (above !== undefined) return above;
  const { mode } = statSync(folder, { throwIfNoEntry: false }) ?? { mode: OTHERS_MAY_PASS };
  return (mode & OTHERS_MAY_PASS) === 0 ? folder : undefined;
};

const idOf = (flag: "-u" | "-g", name: string): number | undefined => {
  try {
    return Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }).toString());
  } catch {
    return undefined;
  }
};

const lookUp = (name: string): RunAs | undefined => {
  const uid = idOf("-u", name);
  const gid = idOf("-g", name);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
};

/** Finds the system user, or makes it: without a home, a shell or a password. Root only. */
const ensureUser = (name: string): RunAs => {
  const there = lookUp(name);
  if (there !== undefined) return there;
  execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name], {
    stdio: "ignore",
  });
  const made = lookUp(name);
  if (made === undefined) throw new Error(`The system user ${name} was made but cannot be found`);
  return made;
};

/** How web and worker are kept apart on this machine; makes the system users where it can. */
export const separate = (root: string): Separation => {
  if (process.getuid?.() !== 0)
    return {
      kind: "environment",
      why: "web and worker are separated by database role and environment only (not started as root)",
    };
  const closed = closedFolder(root);
  if (closed !== undefined)
    return {
      kind: "environment",
      why: `web and worker are separated by database role and environment only (other users cannot pass through ${closed})`,
    };
  try {
    const { web, worker, database } = SYSTEM_USERS;
    return {
      kind: "users",
      users: { web: ensureUser(web), worker: ensureUser(worker), database: ensureUser(database) },
    };
  } catch (fault) {
    return {
      kind: "environment",
      why: `web and worker are separated by database role and environment only (no system users: ${String(fault)})`,
    };
  }
};

/** The user one process runs as; `undefined`: the one who started it all. */
export const userFor = (separation: Separation, user: SystemUser): RunAs | undefined =>
  separation.kind === "users" ? separation.users[user] : undefined;
