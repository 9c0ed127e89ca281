import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DecideGroup, GroupView } from "#lib/contracts/groups.ts";
import { decideAboutGroup } from "#lib/operations/decide-group.ts";

export const POST = defineRoute({
  summary: "Ask, consent, decline, admit, except, leave or end",
  params: idParam("grp"),
  body: DecideGroup,
  output: GroupView,
  scope: "agreements:write",
  ifMatch: true,
  etag: ({ version }) => version,
  run: decideAboutGroup,
});
