import { defineRoute } from "#lib/api/define-route.ts";
import { InboxPage, InboxQuery } from "#lib/contracts/overview.ts";
import { readInbox } from "#lib/operations/read-inbox.ts";

export const GET = defineRoute({
  summary: "What waits, oldest first",
  query: InboxQuery,
  output: InboxPage,
  scope: "agreements:read",
  run: readInbox,
});
