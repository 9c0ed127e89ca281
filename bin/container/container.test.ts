import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";

const text = readFileSync(join(import.meta.dirname, "Containerfile"), "utf8");

test("the container file is well-formed by a linter, runs as no root and opens no port", () => {
  expect(validate(text)).toEqual([]);
  expect(validate("FROM\nRUNN x")).not.toEqual([]);
  expect(text).toMatch(/^USER 64001$/m);
  expect(text).not.toMatch(/^EXPOSE/m);
});
