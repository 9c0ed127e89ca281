import { defineConfig } from "@playwright/test";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const report = process.env["PLAYWRIGHT_JSON_OUTPUT_NAME"];

/** Journeys in a real browser, against a demo that `e2e/start.ts` begins (or that TILLIT_DEMO_FILE names). */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  globalSetup: "./e2e/start.ts",
  // One demo, whose two homeservers every journey shares.
  workers: 1,
  fullyParallel: false,
  // Longer than anything takes, on a machine that is busy with other things too.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: report === undefined ? "list" : [["list"], ["json", { outputFile: report }]],
  outputDir: "test-results",
  use: {
    locale: "sv-SE",
    timezoneId: "Europe/Stockholm",
    trace: "retain-on-failure",
    launchOptions: { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: QUIET },
  },
});
