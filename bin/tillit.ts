import { setTimeout as pause } from "node:timers/promises";

/** One verb of the command line: its body is loaded only when it is asked for. Answers the exit code. */
type Verb = {
  readonly usage: string;
  readonly about: string;
  readonly run: (args: readonly string[]) => Promise<number>;
};

const EX_USAGE = 64;

const VERBS: Readonly<Record<string, Verb>> = {
  start: {
    usage: "start",
    about: "the portal: database, web and worker; prints a one-time set-up link while nobody is in it",
    run: async () => (await import("#bin/run/start.ts")).start(),
  },
  worker: {
    usage: "worker",
    about: "only the worker, which talks to homeservers (start runs it)",
    run: async () => (await import("#bin/commands/worker.ts")).worker(),
  },
  migrate: {
    usage: "migrate",
    about: "bring the database of DATABASE_URL_OWNER up to date",
    run: async () => (await import("#bin/commands/migrate.ts")).migrateOnly(),
  },
  keys: {
    usage: "keys init | keys rotate",
    about: "make the federation's root and list keys in TILLIT_KEYS_DIR; put a new list key in the old one's place",
    run: async ([verb, ...args]) => {
      if (verb === "init") return (await import("#bin/commands/keys-init.ts")).keysInit(args);
      return verb === "rotate" ? (await import("#bin/commands/keys-rotate.ts")).keysRotate(args) : EX_USAGE;
    },
  },
  audit: {
    usage: "audit verify",
    about: "check the chain of the audit log and name the first bad row",
    run: async ([verb, ...args]) =>
      verb === "verify" ? (await import("#bin/commands/audit-verify.ts")).auditVerify(args) : EX_USAGE,
  },
  conformance: {
    usage: "conformance SERVER [--restart COMMAND]",
    about: "try the contract on a real server, and store the signed report",
    run: async (args) => (await import("#bin/commands/conformance.ts")).conformance(args),
  },
  agent: {
    usage: "agent enrol | run | import LIST | shut | end-consent FILE",
    about: "beside a homeserver: fetch its list, hold the server to it, report",
    run: async (args) => (await import("#bin/commands/agent.ts")).agentCommand(args),
  },
  consent: {
    usage: "consent keys | show | sign | end REQUEST",
    about: "at the agency: sign what it consents to, with a key that the portal never has",
    run: async (args) => (await import("#bin/commands/consent.ts")).consentCommand(args),
  },
  list: {
    usage: "list export SERVER | list import RECEIPT",
    about: "carry a signed list, and its receipt, as files",
    run: async (args) => (await import("#bin/commands/list-files.ts")).listFiles(args),
  },
  "agent-bundle": {
    usage: "agent-bundle [FILE]",
    about: "the agent as one file that needs nothing but Node",
    run: async (args) => (await import("#bin/commands/agent-bundle.ts")).agentBundle(args),
  },
  "sign-in-link": {
    usage: "sign-in-link [E-MAIL | per_ID]",
    about: "print a one-time link: set-up while nobody is in, else for that person",
    run: async (args) => (await import("#bin/commands/sign-in-link.ts")).signInLink(args),
  },
  diagnose: {
    usage: "diagnose SERVER SERVER [--json]",
    about: "whether two homeservers reach each other, and what to do where they do not",
    run: async (args) => (await import("#bin/commands/diagnose.ts")).diagnoseCommand(args),
  },
  demo: {
    usage: "demo [--story [mixed [--chapter NAME]] [--json] [--sabotage=STEP]]",
    about: "two real homeservers, invented agencies and people; or the whole line played through",
    run: async (args) => (await import("#demo/main.ts")).demo(args),
  },
  "story-check": {
    usage: "story-check --report FILE",
    about: "the story and each way of breaking it, as test rows",
    run: async (args) => (await import("#demo/story-check.ts")).storyCheck(args),
  },
  bench: {
    usage: "bench NAME [--json]",
    about: "one of the measurements in bench/",
    run: async (args) => (await import("#bin/commands/bench.ts")).bench(args),
  },
  figures: {
    usage: "figures",
    about: "the long runs behind docs/figures.md",
    run: async () => (await import("#bin/commands/figures.ts")).figures(),
  },
  test: {
    usage: "test [STEP …]",
    about: "every check",
    run: async (args) => (await import("#bin/checks.ts")).main(["test", ...args]),
  },
  check: {
    usage: "check [STEP …]",
    about: "the fast half of the checks",
    run: async (args) => (await import("#bin/checks.ts")).main(["check", ...args]),
  },
  capabilities: {
    usage: "capabilities [--json]",
    about: "what the product can do, where, and which test shows it",
    run: async (args) => (await import("#bin/checks.ts")).main(["capabilities", ...args]),
  },
};

const help = (): string =>
  Object.values(VERBS)
    .map(({ usage, about }) => `  tillit ${usage.padEnd(42)} ${about}`)
    .join("\n");

const [verb = "", ...args] = process.argv.slice(2);
const chosen = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
if (chosen === undefined) {
  const asked = verb === "" || verb === "help" || verb === "--help";
  (asked ? process.stdout : process.stderr).write(`${asked ? "" : `no such command: ${verb}\n`}${help()}\n`);
  process.exitCode = asked ? 0 : EX_USAGE;
} else {
  try {
    process.exitCode = await chosen.run(args);
  } catch (fault) {
    process.stderr.write(`tillit ${verb}: ${fault instanceof Error ? fault.message : String(fault)}\n`);
    process.exitCode = 1;
  }
  // Pools and streams that a command leaves open must not keep the terminal; what was printed must be out first.
  await pause(20);
  process.exit();
}
