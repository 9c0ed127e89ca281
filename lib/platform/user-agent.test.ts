import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRODUCT_VERSION, userAgent } from "./user-agent.ts";

it("names the product in its own version, and whom to ask", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(PRODUCT_VERSION).toBe(version);
  expect(userAgent("https://tillit.example")).toBe(`Tillit-Probe/${version} (+https://tillit.example)`);
  expect(userAgent(undefined)).toBe(`Tillit-Probe/${version}`);
});
