import { defineRoute } from "#lib/api/define-route.ts";
import { ChooseNotices, NoticeChoicesView } from "#lib/contracts/notices.ts";
import { chooseNotices, readNoticeChoices } from "#lib/operations/choose-notices.ts";

export const GET = defineRoute({
  summary: "How one is told by mail",
  output: NoticeChoicesView,
  run: readNoticeChoices,
});

export const PUT = defineRoute({
  summary: "Choose how one is told by mail",
  body: ChooseNotices,
  output: NoticeChoicesView,
  run: chooseNotices,
});
