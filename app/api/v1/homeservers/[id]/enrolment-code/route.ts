import { defineRoute } from "#lib/api/define-route.ts";
import { EnrolmentCode } from "#lib/contracts/agents.ts";
import { idParam } from "#lib/contracts/common.ts";
import { makeEnrolmentCode } from "#lib/operations/make-enrolment-code.ts";

// No idempotency key and no scope: the code is answered once, and no token hands out what lets a key in.
export const POST = defineRoute({
  summary: "Make the one-time code by which an agent enrols beside this server",
  params: idParam("hs"),
  output: EnrolmentCode,
  status: 201,
  run: makeEnrolmentCode,
});
