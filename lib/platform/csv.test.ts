import { describe, expect, test } from "vitest";
import { readCsv } from "./csv.ts";

const cellsOf = (text: string) => {
  const read = readCsv(text);
  return read.ok ? read.value.map(({ line, cells }) => [line, ...cells]) : read.error;
};

describe("a CSV file", () => {
  test("is read with quotes, breaks inside cells, a byte order mark, and any of three separators", () => {
    expect(cellsOf('\uFEFFa,b\r\n"x, ""y""\r\nz",2\r\n3,4\r\n')).toEqual([
      [1, "a", "b"],
      [2, 'x, "y"\nz', "2"],
      [4, "3", "4"],
    ]);
    expect(cellsOf("a;b\n1,5;2")).toEqual([
      [1, "a", "b"],
      [2, "1,5", "2"],
    ]);
    expect(cellsOf("a\tb\n1\t2")).toEqual([
      [1, "a", "b"],
      [2, "1", "2"],
    ]);
  });

  test("keeps the number of a line behind empty ones, and rows that are short or long", () => {
    expect(cellsOf("a,b\n\n , \n1\n1,2,3\n")).toEqual([
      [1, "a", "b"],
      [4, "1"],
      [5, "1", "2", "3"],
    ]);
  });

  test("that stops being CSV says on which line", () => {
    expect(cellsOf('a,b\n1,2\n3,"open')).toBe(3);
    expect(cellsOf('a,b\n1,x"y')).toBe(2);
  });
});
