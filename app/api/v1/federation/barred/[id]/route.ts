import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { BarredList } from "#lib/contracts/rules.ts";
import { liftBarred } from "#lib/operations/barred.ts";

export const DELETE = defineRoute({
  summary: "Lift a bar",
  params: idParam("bar"),
  body: NoBody,
  output: BarredList,
  run: liftBarred,
});
