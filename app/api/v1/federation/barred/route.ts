import { defineRoute } from "#lib/api/define-route.ts";
import { AddBarred, BarredList } from "#lib/contracts/rules.ts";
import { addBarred, listBarred } from "#lib/operations/barred.ts";

export const GET = defineRoute({
  summary: "Who may be neither registered nor agreed with",
  output: BarredList,
  scope: "directory:read",
  run: listBarred,
});

export const POST = defineRoute({
  summary: "Bar an organisation or a server name",
  body: AddBarred,
  output: BarredList,
  status: 201,
  replay: (view) => view,
  run: addBarred,
});
