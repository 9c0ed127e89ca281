import type { ChooseNotices, NoticeChoicesView } from "#lib/contracts/notices.ts";
import { readChoices, storeChoices } from "#lib/data/notices.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { howOf, NOTICE_KINDS, NOTICES, type NoticeChoices } from "#lib/domain/notices.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

const viewOf = (choices: NoticeChoices): NoticeChoicesView => ({
  digestHour: choices.digestHour,
  kinds: NOTICE_KINDS.map((kind) => ({
    kind,
    how: howOf(kind, choices),
    usual: NOTICES[kind].how,
    mandatory: NOTICES[kind].mandatory,
  })),
});

/** How the caller is told by mail. */
export const readNoticeChoices = (actor: Actor): Promise<Result<NoticeChoicesView, Refusal>> =>
  inTransaction(actor, async (tx) => ok(viewOf(await readChoices(tx, actor.person))));

/** Keeps how the caller wants to be told. What must be told cannot be put away. */
export const chooseNotices = (actor: Actor, wish: ChooseNotices): Promise<Result<NoticeChoicesView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const put = NOTICE_KINDS.filter((kind) => NOTICES[kind].mandatory && wish.how[kind] === "none");
    if (put.length > 0)
      return err(
        refusal("notice_mandatory", { fields: put.map((kind) => ({ path: `how.${kind}`, code: "notice_mandatory" })) }),
      );
    await storeChoices(tx, actor.person, wish);
    return ok(viewOf(wish));
  });
