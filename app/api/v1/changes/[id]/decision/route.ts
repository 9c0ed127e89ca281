import { defineRoute } from "#lib/api/define-route.ts";
import { ChangeView, DecideChange } from "#lib/contracts/changes.ts";
import { idParam } from "#lib/contracts/common.ts";
import { decideChange } from "#lib/operations/decide-change.ts";

export const POST = defineRoute({
  summary: "Approve or reject a change",
  params: idParam("chg"),
  body: DecideChange,
  output: ChangeView,
  run: decideChange,
});
