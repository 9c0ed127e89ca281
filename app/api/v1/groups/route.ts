import { defineRoute } from "#lib/api/define-route.ts";
import { DraftGroup, GroupList, GroupView } from "#lib/contracts/groups.ts";
import { draftGroup } from "#lib/operations/draft-group.ts";
import { readGroups } from "#lib/operations/read-groups.ts";

export const GET = defineRoute({
  summary: "The circles and task forces that the caller may see",
  output: GroupList,
  scope: "agreements:read",
  run: readGroups,
});

export const POST = defineRoute({
  summary: "Draft a circle or a task force",
  body: DraftGroup,
  output: GroupView,
  status: 201,
  scope: "agreements:write",
  etag: ({ version }) => version,
  replay: (output) => output,
  run: draftGroup,
});
