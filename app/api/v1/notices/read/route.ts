import { defineRoute } from "#lib/api/define-route.ts";
import { Done } from "#lib/contracts/common.ts";
import { ReadNotices } from "#lib/contracts/notices.ts";
import { readNotices } from "#lib/operations/notices.ts";

export const PUT = defineRoute({
  summary: "Mark what one was told up to a moment as read",
  body: ReadNotices,
  output: Done,
  run: readNotices,
});
