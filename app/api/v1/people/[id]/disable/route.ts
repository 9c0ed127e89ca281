import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DisablePerson, PersonView } from "#lib/contracts/people.ts";
import { disablePerson } from "#lib/operations/disable-person.ts";

export const POST = defineRoute({
  summary: "Disable a person: sessions, tokens and links end at once",
  params: idParam("per"),
  body: DisablePerson,
  output: PersonView,
  run: disablePerson,
});
