import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Http } from "#lib/platform/http.ts";
import type { ConnectorFault } from "../fault.ts";

/** How a program is told that its file is another now. */
export type Reload =
  | { readonly command: readonly string[] }
  | { readonly post: string }
  | { readonly signal: "SIGHUP" | "SIGUSR1" | "SIGUSR2"; readonly pidFile: string };

/** The faults of this target, each with what to do. The place named in `detail` is on the homeserver's own machine. */
const MENDS = {
  disk_full: "the disk is full; the file is as it was: make room, the next round writes it",
  write_refused: "the file cannot be written; it is as it was: give the agent the right to write in its folder",
  write_failed: "writing failed; the file is as it was",
  reload_failed: "the file is written, but the server was not told: the list before is still in force until it is",
  check_failed: "the server's own check refuses the new file; the file before was put back and nothing was reloaded",
  unreadable: "the file cannot be read",
} as const;
type FileFault = keyof typeof MENDS;

/** A fault of the file target: the code, what it means for the door, and the system's own words. */
export const fileFault = (code: FileFault, words: string): ConnectorFault => ({
  code,
  detail: `${MENDS[code]} (${words})`,
  kind: code === "check_failed" ? "refuses" : "away",
});

const codeOf = (fault: unknown): string =>
  fault instanceof Error && "code" in fault && typeof fault.code === "string" ? fault.code : "";
const wordsOf = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));

const writeFault = (fault: unknown): ConnectorFault => {
  const code = codeOf(fault);
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) return fileFault("disk_full", wordsOf(fault));
  const refused = ["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR", "ELOOP"].includes(code);
  return fileFault(refused ? "write_refused" : "write_failed", wordsOf(fault));
};

/** Hidden, and with an ending of its own, so that no `include *.conf` ever reads a file that is being written. */
const besideIt = (path: string): string => join(dirname(path), `.${basename(path)}.tillit-new`);

const flushFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/**
 * Puts a text in place of a file: written beside it, flushed to the disk, then renamed over it. Whoever opens the file
 * reads the text before or the text after, also when the machine dies in between.
 *
 * @param mode permissions of the file, as it appears
 */
export const replaceFile = async (path: string, text: string, mode: number): Promise<Result<true, ConnectorFault>> => {
  const beside = besideIt(path);
  let file: FileHandle | undefined;
  try {
    // What an interrupted run left behind is begun anew; a link that somebody put there is not followed.
    await unlink(beside).catch(() => undefined);
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    file = await open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    await file.writeFile(text);
    await file.chmod(mode);
    await file.sync();
    await file.close();
    file = undefined;
    await rename(beside, path);
    await flushFolder(path);
    return ok(true);
  } catch (fault) {
    await file?.close().catch(() => undefined);
    await unlink(beside).catch(() => undefined);
    return err(writeFault(fault));
  }
};

/** The file's text; undefined where there is none. */
export const readTarget = async (path: string): Promise<Result<string | undefined, ConnectorFault>> => {
  try {
    return ok(await readFile(path, "utf8"));
  } catch (fault) {
    return codeOf(fault) === "ENOENT" ? ok(undefined) : err(fileFault("unreadable", wordsOf(fault)));
  }
};

const MOST_WORDS = 2000;

/** Runs a command without a shell. Returns what it said where it failed, undefined where it did what it should. */
export const runCommand = (command: readonly string[], signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve) => {
    const [file = "", ...args] = command;
    let said = "";
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], signal, killSignal: "SIGKILL" });
    const keep = (bytes: Buffer): void => {
      said = `${said}${bytes.toString()}`.slice(-MOST_WORDS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (fault) => resolve(`${file}: ${fault.message}`));
    child.on("close", (code, ended) => {
      resolve(code === 0 ? undefined : `${file}: ${ended ?? `exit ${code ?? "unknown"}`} ${said.trim()}`.trim());
    });
  });

const sendSignal = async (signal: NodeJS.Signals, pidFile: string): Promise<string | undefined> => {
  try {
    const pid = Number((await readFile(pidFile, "utf8")).trim());
    // 0 and negative numbers would reach whole groups of processes, 1 the system's own.
    if (!Number.isInteger(pid) || pid < 2) return `${pidFile}: no process id`;
    process.kill(pid, signal);
    return undefined;
  } catch (fault) {
    return `${pidFile}: ${wordsOf(fault)}`;
  }
};

const post = async (http: Http, url: string, signal: AbortSignal): Promise<string | undefined> => {
  const answer = await http(url, { method: "POST", signal });
  if (!answer.ok) return `${url}: ${answer.error.code} ${answer.error.detail}`;
  const { status } = answer.value;
  return status >= 200 && status < 300 ? undefined : `${url} answers ${status}`;
};

/** Tells the program. A fault says that the file is new and the program may not be. */
export const tell = async (reload: Reload, http: Http, signal: AbortSignal): Promise<Result<true, ConnectorFault>> => {
  const say = (): Promise<string | undefined> => {
    if ("command" in reload) return runCommand(reload.command, signal);
    return "post" in reload ? post(http, reload.post, signal) : sendSignal(reload.signal, reload.pidFile);
  };
  const fault = await say();
  return fault === undefined ? ok(true) : err(fileFault("reload_failed", fault));
};
