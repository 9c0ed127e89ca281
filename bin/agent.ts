import { setTimeout as pause } from "node:timers/promises";
import { agentCommand } from "#bin/commands/agent.ts";
import { consentCommand } from "#bin/commands/consent.ts";

/** The agent alone, as it is bundled into one file that needs nothing but Node. */
try {
  const [verb, ...rest] = process.argv.slice(2);
  process.exitCode = verb === "consent" ? await consentCommand(rest) : await agentCommand(process.argv.slice(2));
} catch (fault) {
  process.stderr.write(`tillit agent: ${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exitCode = 1;
}
await pause(20);
process.exit();
