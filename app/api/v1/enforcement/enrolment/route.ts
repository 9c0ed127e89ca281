import { defineSignedRoute } from "#lib/api/define-signed-route.ts";
import { Enrolled } from "#lib/contracts/agents.ts";
import { enrolAnAgent } from "#lib/operations/enrol-agent.ts";

export const POST = defineSignedRoute({
  summary: "Let in the key of an agent that shows a one-time code",
  output: Enrolled,
  maxBytes: 16_384,
  run: enrolAnAgent,
});
