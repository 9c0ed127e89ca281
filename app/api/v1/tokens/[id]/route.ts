import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { TokenList } from "#lib/contracts/tokens.ts";
import { revokeToken } from "#lib/operations/tokens.ts";

export const DELETE = defineRoute({
  summary: "Revoke one of one's own API tokens",
  params: idParam("tok"),
  body: NoBody,
  output: TokenList,
  run: revokeToken,
});
