import { defineRoute } from "#lib/api/define-route.ts";
import { PeoplePage, PeopleQuery } from "#lib/contracts/people.ts";
import { listPeople } from "#lib/operations/list-people.ts";

export const GET = defineRoute({
  summary: "People of the agencies one manages",
  query: PeopleQuery,
  output: PeoplePage,
  run: listPeople,
});
