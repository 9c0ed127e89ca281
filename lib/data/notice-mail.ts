import { idOf, type NoticeId, type PersonId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { NoticeChoices } from "#lib/domain/notices.ts";
import type { Tx } from "./client.ts";
import { choicesOf, type NoticeRecord, noticeOf } from "./notices.ts";

export type Unmailed = { readonly notices: readonly NoticeRecord[]; readonly choices: NoticeChoices };

/** What is still to be mailed, by person, for at most so many people, those who waited longest first. */
export const unmailed = async (tx: Tx, now: Instant, people: number): Promise<ReadonlyMap<PersonId, Unmailed>> => {
  const waiting = await tx.notice.groupBy({
    by: ["personId"],
    where: { mail: null, mailNextAt: { lte: BigInt(now) } },
    _min: { mailNextAt: true, at: true },
    orderBy: [{ _min: { mailNextAt: "asc" } }, { _min: { at: "asc" } }],
    take: people,
  });
  const ids = waiting.map(({ personId }) => personId);
  const rows = await tx.notice.findMany({
    where: { personId: { in: ids }, mail: null, mailNextAt: { lte: BigInt(now) } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  const choices = await tx.noticeChoice.findMany({ where: { personId: { in: ids } } });
  return new Map(
    ids.map((id) => [
      idOf("per", id),
      {
        notices: rows.filter(({ personId }) => personId === id).map(noticeOf),
        choices: choicesOf(choices.find(({ personId }) => personId === id) ?? null),
      },
    ]),
  );
};

export type Address = { readonly email: string; readonly locale: "sv" | "en" };

/** Where the mail of a person who has some to come goes; undefined where there is no address or they may not sign in. */
export const addressOf = async (tx: Tx, person: PersonId): Promise<Address | undefined> => {
  const [row] = await tx.$queryRaw<{ email: string; locale: string }[]>`
    select email, locale from notice_address(${[person]}::uuid[])`;
  return row === undefined ? undefined : { email: row.email, locale: row.locale === "en" ? "en" : "sv" };
};

/** Takes the notices for mailing: none that another worker has taken or mailed meanwhile. Held until `until`. */
export const claimMail = async (
  tx: Tx,
  ids: readonly NoticeId[],
  now: Instant,
  until: Instant,
): Promise<readonly NoticeId[]> => {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update notice set mail_next_at = ${until}::bigint, mail_attempts = mail_attempts + 1
    where id = any (${[...ids]}::uuid[]) and mail is null and mail_next_at <= ${now}::bigint returning id::text`;
  return rows.map(({ id }) => idOf("ntc", id));
};

/** What came of mailing these. */
export const settleMail = async (
  tx: Tx,
  ids: readonly NoticeId[],
  outcome: { readonly mail: "sent" | "never" | "given_up"; readonly at: Instant } | { readonly nextAt: Instant },
): Promise<void> => {
  await tx.notice.updateMany({
    where: { id: { in: [...ids] } },
    data:
      "mail" in outcome
        ? { mail: outcome.mail, mailedAt: outcome.mail === "sent" ? BigInt(outcome.at) : null }
        : { mailNextAt: BigInt(outcome.nextAt) },
  });
};

/** Where no mail can be sent at all, nothing waits for it: whoever sets a server later is not flooded with what is old. */
export const forgoMail = async (tx: Tx): Promise<number> =>
  (await tx.notice.updateMany({ where: { mail: null }, data: { mail: "never" } })).count;

/** The names of agencies, as a mail says for which of them it came. */
export const agencyNames = async (
  tx: Tx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<"sv" | "en", string>>>> => {
  const rows = await tx.agency.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, nameSv: true, nameEn: true },
  });
  return new Map(rows.map(({ id, nameSv, nameEn }) => [id, { sv: nameSv, en: nameEn }]));
};
