import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../../bench");

const names = (): readonly string[] =>
  existsSync(FOLDER)
    ? readdirSync(FOLDER).flatMap((file) => (/^[a-z-]+\.ts$/.test(file) ? [file.slice(0, -".ts".length)] : []))
    : [];

/** `bench NAME [--json]`: runs `bench/NAME.ts`, each in a process of its own. */
export const bench = async ([name = "", ...args]: readonly string[]): Promise<number> => {
  if (!names().includes(name)) {
    process.stderr.write(`bench: name one of ${names().join(", ")}\n`);
    return 64;
  }
  // The descriptor by which the launcher is watched goes on to the figure, so that it too ends when the launcher is gone.
  const watched = process.env["TILLIT_LAUNCHER_FD"] === "3" ? (["inherit"] as const) : [];
  const child = spawn(process.execPath, [join(FOLDER, `${name}.ts`), ...args], {
    stdio: ["inherit", "inherit", "inherit", ...watched],
  });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
};
