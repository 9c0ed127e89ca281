import { defineRoute } from "#lib/api/define-route.ts";
import { UpkeepView } from "#lib/contracts/upkeep.ts";
import { readUpkeep } from "#lib/operations/upkeep.ts";

export const GET = defineRoute({
  summary: "What agencies must see to: approvers, names, certificates, people, yearly reviews",
  output: UpkeepView,
  scope: "directory:read",
  run: readUpkeep,
});
