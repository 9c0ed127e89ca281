import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One check: what it answers where it applies. */
export type Row = { readonly check: string; readonly status: number; readonly body: string };

/** The simulator's behaviour, as its README states it. */
export type Table = {
  readonly federation: readonly Row[];
  readonly rest: readonly Row[];
  readonly rules: Readonly<Record<string, string>>;
};

const README = join(import.meta.dirname, "README.md");
const cellsOf = (line: string): readonly string[] => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));

const linesUnder = (text: string, heading: string): readonly (readonly string[])[] => {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map(cellsOf);
};

const rowsUnder = (text: string, heading: string): readonly Row[] =>
  linesUnder(text, heading).map(([check = "", status = "", body = ""]) => ({
    check,
    status: Number(status),
    body: body.replace(/^`|`$/g, ""),
  }));

/** Reads the tables of the README beside this file, from which the simulator works. */
export const readTable = (text: string = readFileSync(README, "utf8")): Table => ({
  federation: rowsUnder(text, "Federation listener"),
  rest: rowsUnder(text, "REST interface"),
  rules: Object.fromEntries(linesUnder(text, "Numbers and rules").map(([name = "", value = ""]) => [name, value])),
});
