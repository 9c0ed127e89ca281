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
  const child = spawn(process.execPath, [join(FOLDER, `${name}.ts`), ...args], { stdio: "inherit" });
  return new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
};
