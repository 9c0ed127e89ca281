import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { GroupView, ProposeMember } from "#lib/contracts/groups.ts";
import { proposeMember } from "#lib/operations/propose-member.ts";

export const POST = defineRoute({
  summary: "Propose a newcomer",
  params: idParam("grp"),
  body: ProposeMember,
  output: GroupView,
  scope: "agreements:write",
  etag: ({ version }) => version,
  replay: (output) => output,
  run: proposeMember,
});
