import type { NoticeRecord } from "#lib/data/notices.ts";
import { pageOfNotice } from "#lib/domain/notices.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };

const TEXTS = { sv, en };
export type Locale = keyof typeof TEXTS;

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);

/** What a mail is made of. */
export type Letter = {
  readonly federation: string;
  readonly baseUrl: string;
  readonly locale: Locale;
  readonly notices: readonly NoticeRecord[];
  /** Names of the agencies for which the reader is told. */
  readonly agencies: ReadonlyMap<string, Readonly<Record<Locale, string>>>;
};

const paragraph = ({ baseUrl, locale, agencies }: Letter, notice: NoticeRecord): string => {
  const { mail, notices, roleAs } = TEXTS[locale];
  const { what, todo } = notices.kind[notice.kind];
  const agency = notice.agency === undefined ? "" : (agencies.get(notice.agency)?.[locale] ?? "");
  return [
    what,
    fill(mail.todo, { todo }),
    `${baseUrl}${pageOfNotice(notice.kind, notice.subject)}`,
    fill(notice.agency === undefined ? mail.whyFederation : mail.why, { role: roleAs[notice.role], agency }),
  ].join("\n");
};

/**
 * The mail in its reader's language: what happened, what to do, where, and why they got it. It names the reader's own
 * agency and nothing else: mail is read on its way, and who agrees with whom is for the parties.
 */
export const letterOf = (letter: Letter): { readonly subject: string; readonly text: string } => {
  const { baseUrl, locale, notices, federation } = letter;
  const { mail, notices: texts } = TEXTS[locale];
  const open = notices.filter(({ settledAt }) => settledAt === undefined);
  const done = notices.filter(({ settledAt }) => settledAt !== undefined);
  const [first] = notices;
  const subject =
    first !== undefined && notices.length === 1
      ? texts.kind[first.kind].what
      : fill(mail.subjectMany, { count: String(notices.length) });
  const parts = [
    ...open.map((notice) => paragraph(letter, notice)),
    ...(done.length === 0 ? [] : [[mail.already, ...done.map(({ kind }) => `- ${texts.kind[kind].what}`)].join("\n")]),
    [fill(mail.from, { federation }), fill(mail.choose, { url: `${baseUrl}/settings#notices` })].join("\n"),
  ];
  return { subject: `${subject} – ${federation}`, text: `${parts.join("\n\n")}\n` };
};
