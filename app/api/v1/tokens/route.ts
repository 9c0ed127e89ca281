import { defineRoute } from "#lib/api/define-route.ts";
import { CreateToken, NewTokenView, TokenList } from "#lib/contracts/tokens.ts";
import { createToken, listTokens } from "#lib/operations/tokens.ts";

export const GET = defineRoute({ summary: "One's own API tokens", output: TokenList, run: listTokens });

export const POST = defineRoute({
  summary: "Make a personal API token; it is shown once",
  body: CreateToken,
  output: NewTokenView,
  status: 201,
  replay: (token) => ({ ...token, token: null }),
  run: createToken,
});
