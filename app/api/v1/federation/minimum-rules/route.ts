import { defineRoute } from "#lib/api/define-route.ts";
import { MinimumRulesView, SetMinimumRules } from "#lib/contracts/rules.ts";
import { readMinimumRules, setMinimumRules } from "#lib/operations/minimum-rules.ts";

export const GET = defineRoute({
  summary: "What no agreement may undercut",
  output: MinimumRulesView,
  scope: "directory:read",
  run: readMinimumRules,
});

export const PUT = defineRoute({
  summary: "Set what no agreement may undercut",
  body: SetMinimumRules,
  output: MinimumRulesView,
  run: setMinimumRules,
});
