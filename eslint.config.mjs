import next from "eslint-config-next";
import tseslint from "typescript-eslint";

const TESTS = ["**/*.test.{ts,tsx}", "**/*.figures.ts", "e2e/**", "**/*.fixture.ts", "**/fixtures/**"];

/** Biome formats and finds most faults; ESLint holds what Biome has no rule for: sizes, React, accessibility, literals. */
export default [
  {
    ignores: [
      ".next/**",
      ".tillit/**",
      "node_modules/**",
      "lib/data/generated/**",
      "reports/**",
      "next-env.d.ts",
      "synapse-module/**",
      "**/*.d.mts",
    ],
  },
  ...next,
  {
    files: ["**/*.{ts,tsx,mjs}"],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "no-console": "error",
      "import/no-anonymous-default-export": "off",
    },
  },
  {
    files: ["app/**/*.tsx", "components/**/*.tsx"],
    rules: {
      "react/jsx-no-literals": [
        "error",
        { noStrings: false, ignoreProps: true, allowedStrings: ["·", "→", "⇄", "/", "…", "+", "−", ":", "⌘K", "?"] },
      ],
    },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    ignores: [
      "lib/platform/env.ts",
      // next-auth takes its own address from the environment alone.
      "lib/auth/handler.ts",
      "bin/**",
      "**/*.config.ts",
      ...TESTS,
      "lib/testing/**",
      "demo/**",
      "bench/**",
    ],
    rules: {
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "lib/platform/env.ts is the sole reader of the environment" },
      ],
    },
  },
  // A describe block is a list of guarantees, not a function that does something; a command writes to its terminal.
  { files: TESTS, rules: { "max-lines-per-function": "off" } },
  { files: ["bin/**", "demo/**", "bench/**", "prisma/**"], rules: { "no-console": "off" } },
  { files: ["lib/connectors/contract*.ts"], rules: { "max-lines-per-function": "off" } },
];
