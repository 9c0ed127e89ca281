import { defineConfig } from "vitest/config";

/** Fast tests first; `*.db.test.ts` need PostgreSQL, `*.live.test.ts` real servers. `bin/checks.ts` picks by project. */
const common = { environment: "node", testTimeout: 30_000, hookTimeout: 120_000, pool: "forks" } as const;
const ROOMS = "{app,bench,bin,components,demo,lib,tools}/**";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: "fast",
          include: [`${ROOMS}/*.test.{ts,tsx}`],
          exclude: ["**/*.db.test.ts", "**/*.live.test.ts", "**/node_modules/**", ".next/**", ".tillit/**"],
        },
      },
      {
        test: {
          ...common,
          name: "db",
          include: [`${ROOMS}/*.db.test.ts`],
          globalSetup: ["./lib/testing/global-setup.ts"],
        },
      },
      {
        test: {
          ...common,
          name: "figures",
          include: [`${ROOMS}/*.figures.ts`],
          globalSetup: ["./lib/testing/global-setup.ts"],
          testTimeout: 3_600_000,
        },
      },
      {
        test: { ...common, name: "live", include: [`${ROOMS}/*.live.test.ts`], testTimeout: 180_000, maxWorkers: 1 },
      },
    ],
  },
});
