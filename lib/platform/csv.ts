import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { err, ok, type Result } from "#lib/domain/result.ts";

/** One record, and the line of the file on which it begins (the first is 1). */
export type CsvRecord = { readonly line: number; readonly cells: readonly string[] };

const Records = z.array(
  z.object({ info: z.object({ lines: z.number() }), record: z.array(z.string()) }).transform(({ info, record }) => ({
    line: info.lines - record.reduce((breaks, text) => breaks + text.split("\n").length - 1, 0),
    cells: record,
  })),
);

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
    const options = { bom: true, delimiter: partedBy(text), info: true, relax_column_count: true, trim: true } as const;
    // One break, so that lines are counted as an editor shows them, inside quotes too.
    const unified = text.replaceAll(/\r\n?/g, "\n");
    const records = Records.parse(parse(unified, { ...options, skip_empty_lines: true, raw: false }));
    return ok(records.filter(({ cells }) => cells.some((cell) => cell !== "")));
  } catch (fault) {
    if (!(fault instanceof CsvError)) throw fault;
    const line: unknown = fault["lines"];
    return err(typeof line === "number" ? line : 1);
  }
};
