import { defineRoute } from "#lib/api/define-route.ts";
import { ChangeView } from "#lib/contracts/changes.ts";
import { idParam } from "#lib/contracts/common.ts";
import { readChange } from "#lib/operations/decide-change.ts";

export const GET = defineRoute({
  summary: "One change: what it is, who proposed it and what was decided",
  params: idParam("chg"),
  output: ChangeView,
  scope: "directory:read",
  run: readChange,
});
