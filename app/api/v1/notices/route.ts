import { defineRoute } from "#lib/api/define-route.ts";
import { PageQuery } from "#lib/contracts/common.ts";
import { NoticePage } from "#lib/contracts/notices.ts";
import { listNotices } from "#lib/operations/notices.ts";

export const GET = defineRoute({
  summary: "What one was told, newest first",
  query: PageQuery,
  output: NoticePage,
  run: listNotices,
});
