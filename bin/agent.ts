import { setTimeout as pause } from "node:timers/promises";
import { agentCommand } from "#bin/commands/agent.ts";

/** The agent alone, as it is bundled into one file that needs nothing but Node. */
try {
  process.exitCode = await agentCommand(process.argv.slice(2));
} catch (fault) {
  process.stderr.write(`tillit agent: ${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exitCode = 1;
}
await pause(20);
process.exit();
