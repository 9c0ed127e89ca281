import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { PersonView } from "#lib/contracts/people.ts";
import { enablePerson } from "#lib/operations/disable-person.ts";

export const POST = defineRoute({
  summary: "Let a disabled person in again",
  params: idParam("per"),
  body: NoBody,
  output: PersonView,
  run: enablePerson,
});
