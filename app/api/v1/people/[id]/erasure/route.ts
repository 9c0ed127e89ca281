import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { PersonView } from "#lib/contracts/people.ts";
import { erasePerson } from "#lib/operations/disable-person.ts";

export const POST = defineRoute({
  summary: "Erase a person's name; the log keeps its chain",
  params: idParam("per"),
  body: NoBody,
  output: PersonView,
  run: erasePerson,
});
