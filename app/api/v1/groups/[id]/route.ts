import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { GroupView } from "#lib/contracts/groups.ts";
import { readGroup } from "#lib/operations/read-groups.ts";

export const GET = defineRoute({
  summary: "A circle or task force: terms, members, pairs and what the caller may do",
  params: idParam("grp"),
  output: GroupView,
  scope: "agreements:read",
  etag: ({ version }) => version,
  run: readGroup,
});
