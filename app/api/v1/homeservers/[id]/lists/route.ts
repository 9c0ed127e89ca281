import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, PageQuery } from "#lib/contracts/common.ts";
import { SignedListPage } from "#lib/contracts/homeservers.ts";
import { listLists } from "#lib/operations/read-homeservers.ts";

export const GET = defineRoute({
  summary: "The lists signed for a homeserver, newest first",
  params: idParam("hs"),
  query: PageQuery,
  output: SignedListPage,
  scope: "agreements:read",
  run: listLists,
});
