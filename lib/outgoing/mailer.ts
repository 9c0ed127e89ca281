import {
  type Address,
  addressOf,
  agencyNames,
  claimMail,
  forgoMail,
  settleMail,
  type Unmailed,
  unmailed,
} from "#lib/data/notice-mail.ts";
import type { NoticeRecord } from "#lib/data/notices.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { NoticeId, PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant, later, MINUTE } from "#lib/domain/instant.ts";
import { MOST_MAIL_ATTEMPTS, mailIsDue, nextDigestAt, nextMailIn } from "#lib/domain/notices.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { type MailSettings, mailIsSet, sendMail } from "#lib/platform/mail.ts";
import { letterOf } from "./mail-text.ts";

export type MailerDeps = MailSettings & { readonly baseUrl: string; readonly clock: Clock };

const PEOPLE = 50;
/** A mailing that ended without a word (the worker died) is begun again after so long. */
const CLAIM = 10 * MINUTE;

type Taken = {
  readonly notices: readonly NoticeRecord[];
  readonly address: Address;
  readonly federation: string;
  readonly agencies: ReadonlyMap<string, Readonly<Record<"sv" | "en", string>>>;
};

/** Sets aside what is mailed never or later, and takes what is due. */
const take = (person: PersonId, { notices, choices }: Unmailed, now: Instant): Promise<Taken | undefined> =>
  asWorker(async (tx) => {
    // What one has seen to oneself is no news by mail.
    const own = ({ settledBy }: NoticeRecord): boolean => settledBy === person;
    const when = (wanted: "now" | "later" | "never") =>
      notices.filter((notice) => !own(notice) && mailIsDue(notice, choices, now) === wanted);
    const ids = (some: readonly NoticeRecord[]) => some.map(({ id }) => id);
    await settleMail(tx, ids([...when("never"), ...notices.filter(own)]), { mail: "never", at: now });
    await settleMail(tx, ids(when("later")), { nextAt: nextDigestAt(now, choices.digestHour) });
    const due = when("now");
    if (due.length === 0) return ok(undefined);
    const address = await addressOf(tx, person);
    if (address === undefined) {
      await settleMail(tx, ids(due), { mail: "never", at: now });
      return ok(undefined);
    }
    const claimed = new Set(await claimMail(tx, ids(due), now, later(now, CLAIM)));
    const taken = due.filter(({ id }) => claimed.has(id));
    const agencies = await agencyNames(
      tx,
      taken.flatMap(({ agency }) => (agency === undefined ? [] : [agency])),
    );
    const federation = (await readFederationRow(tx))?.name ?? "Tillit";
    return ok(taken.length === 0 ? undefined : { notices: taken, address, federation, agencies });
  }).then((taken) => (taken.ok ? taken.value : undefined));

const note = async (taken: Taken, sent: boolean, now: Instant): Promise<void> => {
  const attempts = Math.max(...taken.notices.map(({ mailAttempts }) => mailAttempts)) + 1;
  const ids: readonly NoticeId[] = taken.notices.map(({ id }) => id);
  const outcome = sent
    ? ({ mail: "sent", at: now } as const)
    : attempts >= MOST_MAIL_ATTEMPTS
      ? ({ mail: "given_up", at: now } as const)
      : { nextAt: later(now, nextMailIn(attempts)) };
  await asWorker(async (tx) => ok(await settleMail(tx, ids, outcome)));
};

/**
 * Mails what is due, one mail a person, and says later of what is not. At-least-once: a worker that dies between the
 * mail and its note sends the same mail again, under the same Message-ID.
 *
 * @returns how many mails a server took
 */
export const mailRound = async (deps: MailerDeps): Promise<number> => {
  const now = deps.clock.now();
  if (!mailIsSet(deps)) {
    await asWorker(async (tx) => ok(await forgoMail(tx)));
    return 0;
  }
  const waiting = await asWorker(async (tx) => ok(await unmailed(tx, now, PEOPLE)));
  let sent = 0;
  for (const [person, one] of waiting.ok ? waiting.value : []) {
    const taken = await take(person, one, now);
    if (taken === undefined) continue;
    const { address, ...said } = taken;
    const letter = letterOf({ ...said, locale: address.locale, baseUrl: deps.baseUrl });
    const messageId = `${taken.notices[0]?.id ?? person}.${taken.notices.length}@${new URL(deps.baseUrl).hostname}`;
    const result = await sendMail(deps, { to: address.email, ...letter, messageId });
    await note(taken, result.ok, instant(deps.clock.now()));
    sent += result.ok ? 1 : 0;
  }
  return sent;
};
