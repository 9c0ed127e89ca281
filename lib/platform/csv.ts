import { CsvError, parse } from "csv-parse/sync";
import { err, ok, type Result } from "#lib/domain/result.ts";

/** One record, and the line of the file on which it begins (the first is 1). */
export type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

const breaksIn = (cells: readonly string[]): number =>
  cells.reduce((breaks, text) => (text.includes("\n") ? breaks + text.split("\n").length - 1 : breaks), 0);

/** Spreadsheets part cells by semicolon where the decimal sign is a comma; what is pasted from one is parted by tabs. */
const partedBy = (text: string): string => {
  const head = text.split(/[\r\n]/, 1)[0] ?? "";
  const counted = [",", ";", "\t"].map((sign) => ({ sign, times: head.split(sign).length }));
  return counted.reduce((best, next) => (next.times > best.times ? next : best)).sign;
};

/**
 * Reads CSV (RFC 4180), with or without a byte order mark, parted by comma, semicolon or tab as its first line is. Cells
 * are trimmed, breaks within them are line feeds; lines without any text are left out.
 *
 * @returns the records, or the line where the file stops being CSV
 */
export const readCsv = (text: string): Result<readonly CsvRecord[], number> => {
  try {
    const records: CsvRecord[] = [];
    // Kept as each is read: a list of them is not made twice.
    const keep = (cells: readonly string[], { lines }: { readonly lines: number }): null => {
      if (cells.some((cell) => cell !== "")) records.push({ line: lines - breaksIn(cells), cells });
      return null;
    };
    const options = { bom: true, delimiter: partedBy(text), relax_column_count: true, trim: true } as const;
    // One break, so that lines are counted as an editor shows them, inside quotes too.
    const unified = text.replaceAll(/\r\n?/g, "\n");
    parse(unified, { ...options, skip_empty_lines: true, on_record: keep });
    return ok(records);
  } catch (fault) {
    if (!(fault instanceof CsvError)) throw fault;
    const line: unknown = fault["lines"];
    return err(typeof line === "number" ? line : 1);
  }
};
