import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { LevelNamesView, SetLevelNames } from "#lib/contracts/level-names.ts";
import { readLevelNames, setLevelNames } from "#lib/operations/level-names.ts";

export const GET = defineRoute({
  summary: "What an agency calls each level of the federation's scale",
  params: idParam("agy"),
  output: LevelNamesView,
  scope: "agreements:read",
  run: readLevelNames,
});

export const PUT = defineRoute({
  summary: "Set an agency's own words for the levels",
  params: idParam("agy"),
  body: SetLevelNames,
  output: LevelNamesView,
  run: setLevelNames,
});
