// npm packages, a modern Node, Prisma's client and the built pages.
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { atLeast, command, hashOf, Missing, once, printed, ROOT, say, whereIs } from "./steps.mjs";

/** Node runs TypeScript by itself from here on. */
const MODERN = "22.18";
const PACKAGED = join(ROOT, "node_modules/.bin/node");

/** The Node that runs the product: this one, or the packaged one where this is older. */
export const modernNode = () => {
  if (atLeast(process.versions.node, MODERN)) return process.execPath;
  const version = existsSync(PACKAGED) ? printed(PACKAGED, ["--version"]) : undefined;
  if (version !== undefined && atLeast(version, MODERN)) return PACKAGED;
  throw new Missing(`Node ≥ ${MODERN} (this is ${process.versions.node})`, "see https://nodejs.org/en/download");
};

/** `npm install` with the committed lock, which it must not change: not every mirror has every platform's packages for `npm ci`. */
export const installPackages = async () => {
  const inputs = `${hashOf("package.json", "package-lock.json")} ${process.platform}-${process.arch}`;
  await once("node_modules/.tillit-installed", inputs, "npm packages (a minute or two the first time)", async () => {
    if (whereIs("npm") === undefined) throw new Missing("npm", "see https://nodejs.org/en/download");
    const lock = join(ROOT, "package-lock.json");
    const kept = `${lock}.kept`;
    copyFileSync(lock, kept);
    try {
      await command("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
        npm_config_engine_strict: "false",
      });
    } finally {
      copyFileSync(kept, lock);
      rmSync(kept);
    }
  });
};

/** Prisma's client. Its schema engine is our own program: nothing is downloaded. */
export const generate = () =>
  once(
    "lib/data/generated/.tillit-generated",
    hashOf("prisma", "prisma.config.ts", "package-lock.json"),
    "database client",
    () =>
      command(modernNode(), [join(ROOT, "node_modules/prisma/build/index.js"), "generate"], {
        PRISMA_SCHEMA_ENGINE_BINARY: join(ROOT, "prisma/schema-engine.mjs"),
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
        PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
      }),
  );

const PAGES = [
  "app",
  "components",
  "lib",
  "prisma/schema.prisma",
  "proxy.ts",
  "next.config.ts",
  "i18n.ts",
  "postcss.config.mjs",
];

/** The pages, built once for each state of their sources. */
export const build = () =>
  once(".next/.tillit-built", hashOf(...PAGES, "package-lock.json", "tsconfig.json"), "pages", async () => {
    say("building the pages takes about half a minute");
    await command(modernNode(), [join(ROOT, "node_modules/next/dist/bin/next"), "build"], {
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_ENV: "production",
      PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
    });
  });
