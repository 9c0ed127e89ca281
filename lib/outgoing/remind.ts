import { tell } from "#lib/data/notices.ts";
import { questionsOf } from "#lib/data/questions.ts";
import {
  awaitingAfter,
  type CertificateEnding,
  type ConsentEnding,
  certificatesEnding,
  consentsEnding,
  type Ending,
  endingBetween,
} from "#lib/data/reminders.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf, getAgreement, stateOf } from "#lib/data/trust.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, instant, later } from "#lib/domain/instant.ts";
import { endingTold, keyEnding, type Telling, tellWaiting, unansweredTold } from "#lib/domain/notices.ts";
import { type Question, stoodStill } from "#lib/domain/questions.ts";
import { ok } from "#lib/domain/result.ts";
import { awaitedAgencies } from "#lib/domain/trust.ts";
import type { Clock } from "#lib/platform/clock.ts";

const FIRST = "00000000-0000-0000-0000-000000000000";
const PAGE = 200;
const FAR = 60 * DAY;
const GONE = 30 * DAY;
const KEY_FAR = 30 * DAY;
const KEY_GONE = 7 * DAY;

const tellingOfEnd = ({ agreement, end, digest, agencies }: Ending, now: Instant): readonly Telling[] => {
  const told = endingTold(end, now);
  const subject = toPublicId("agr", agreement);
  return told === undefined
    ? []
    : [{ kind: told.kind, cause: `ends:${subject}:${digest}:${told.step}`, subject, agencies }];
};

const tellingsOfRequest = (
  record: AgreementRecord,
  questions: readonly Question[],
  now: Instant,
): readonly Telling[] => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  if (facts === undefined || state === undefined) return [];
  const waitsFor = awaitedAgencies(facts, state);
  if (waitsFor.length === 0 || (facts.end !== undefined && facts.end <= now)) return [];
  const news = { agreed: false, digest: facts.digest, waitsFor, concerns: [], requestedBy: state.requestedBy };
  const subject = toPublicId("agr", record.id);
  const waiting = tellWaiting(subject, news);
  // While a question is open the clock stands, and what it stood is not counted after.
  if (questions.some(({ closed }) => closed === undefined)) return waiting;
  const last = record.decisions.at(-1)?.at ?? record.createdAt;
  const since = later(last, stoodStill(questions, last, now));
  return [...waiting, ...unansweredTold(subject, news, { since, end: facts.end }, now)];
};

const tellingOfCertificate = ({ homeserver, until, agencies }: CertificateEnding, now: Instant): readonly Telling[] => {
  const step = keyEnding(until, now);
  const subject = toPublicId("hs", homeserver);
  return step === undefined
    ? []
    : [{ kind: "key_ends", cause: `key_ends:${subject}:${until}:${step}`, subject, agencies }];
};

const tellingOfConsent = ({ id, agreement, agency, until }: ConsentEnding, now: Instant): readonly Telling[] => {
  const step = keyEnding(until, now);
  const subject = toPublicId("agr", agreement);
  return step === undefined
    ? []
    : [{ kind: "consent_ends", cause: `consent_ends:${id}:${step}`, subject, agencies: [agency] }];
};

/** Goes through pages of ids, each in its own transaction. */
const pages = async (step: (tx: Tx, after: string) => Promise<{ last: string | undefined; told: number }>) => {
  let told = 0;
  for (let after = FIRST; ; ) {
    const done = await asWorker(async (tx) => ok(await step(tx, after)));
    if (!done.ok) return told;
    told += done.value.told;
    if (done.value.last === undefined) return told;
    after = done.value.last;
  }
};

/** Tells of certificates and signed consents that end, 30 days, 7 days and a day before, and once they have. */
const remindOfKeys = async (now: Instant): Promise<number> => {
  const window = { from: instant(Math.max(0, now - KEY_GONE)), until: later(now, KEY_FAR) };
  const certificates = await pages(async (tx, after) => {
    const rows = await certificatesEnding(tx, window, after, PAGE);
    const told = await tell(tx, { tell: rows.flatMap((row) => tellingOfCertificate(row, now)), settle: [] }, now);
    return { last: rows.length < PAGE ? undefined : rows.at(-1)?.homeserver, told };
  });
  const consents = await pages(async (tx, after) => {
    const rows = await consentsEnding(tx, window, after, PAGE);
    const told = await tell(tx, { tell: rows.flatMap((row) => tellingOfConsent(row, now)), settle: [] }, now);
    return { last: rows.length < PAGE ? undefined : rows.at(-1)?.id, told };
  });
  return certificates + consents;
};

/**
 * Tells what time brings: an end that comes near or has come, a request that nobody answers, and to approvers who came
 * later what waited before them. Safe to repeat: each person is told once of each.
 *
 * @returns how many were told something new
 */
export const remind = async (clock: Clock): Promise<number> => {
  const now = clock.now();
  const window = { from: instant(Math.max(0, now - GONE)), until: later(now, FAR) };
  const ending = await pages(async (tx, after) => {
    const rows = await endingBetween(tx, window, after, PAGE);
    const told = await tell(tx, { tell: rows.flatMap((row) => tellingOfEnd(row, now)), settle: [] }, now);
    return { last: rows.length < PAGE ? undefined : rows.at(-1)?.agreement, told };
  });
  const waiting = await pages(async (tx, after) => {
    const ids = await awaitingAfter(tx, after, PAGE);
    let told = 0;
    for (const id of ids) {
      const record = await getAgreement(tx, id);
      if (record === undefined) continue;
      const telling = tellingsOfRequest(record, await questionsOf(tx, id), now);
      told += await tell(tx, { tell: telling, settle: [] }, now);
    }
    return { last: ids.length < PAGE ? undefined : ids.at(-1), told };
  });
  return ending + waiting + (await remindOfKeys(now));
};
