import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { METHODS, openApiDocument } from "#lib/api/openapi.ts";
import { ROUTES } from "./routes.ts";

const files = globSync("**/route.ts", { cwd: import.meta.dirname });
const pathOf = (file: string): string => `/${file.replace(/\/route\.ts$/, "").replaceAll(/\[(\w+)\]/g, "{$1}")}`;

describe("the description of the API", () => {
  test("lists every route file and no other", () => {
    expect(Object.keys(ROUTES).toSorted()).toEqual(files.map(pathOf).toSorted());
  });

  test("describes every method of every route, as OpenAPI 3.1", () => {
    const document = openApiDocument(ROUTES);
    expect(document.openapi).toBe("3.1.0");
    for (const [path, module] of Object.entries(ROUTES)) {
      const described = Object.keys(document.paths?.[`/api/v1${path}`] ?? {}).toSorted();
      const served = METHODS.filter((method) => module[method] !== undefined).map((method) => method.toLowerCase());
      expect(described, path).toEqual(served.toSorted());
    }
  });

  test("gives every operation its own id", () => {
    const { paths = {} } = openApiDocument(ROUTES);
    const ids = Object.values(paths).flatMap((item) =>
      METHODS.flatMap((method) => {
        const operation: unknown = Object.entries(item ?? {}).find(([key]) => key === method.toLowerCase())?.[1];
        return typeof operation === "object" && operation !== null && "operationId" in operation
          ? [operation.operationId]
          : [];
      }),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
