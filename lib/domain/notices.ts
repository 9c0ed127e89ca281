import type { Role } from "./access.ts";
import type { AuditKind } from "./audit.ts";
import type { JsonObject } from "./canonical.ts";
import type { AgencyId, PersonId } from "./ids.ts";
import { DAY, HOUR, type Instant, instant } from "./instant.ts";

/** What is told by mail: at once, gathered once a day, or not at all. */
export const HOWS = ["at_once", "digest", "none"] as const;
export type How = (typeof HOWS)[number];

/** How often the same is told anew: for each act, at most once a day, or once for the terms it is about. */
type Once = "act" | "day" | "terms";

type Rule = {
  readonly roles: readonly Role[];
  /** How it is mailed to whoever has chosen nothing. */
  readonly how: Exclude<How, "none">;
  /** Whoever must act cannot put it away; it is mailed at least gathered. */
  readonly mandatory: boolean;
  readonly once: Once;
};

const APPROVERS = ["approver"] as const;
const ACTING = ["approver", "administrator"] as const;
const RUNNING = ["administrator", "approver"] as const;
const COORDINATORS = ["coordinator"] as const;
const ALL_WHO_ACT = ["approver", "administrator", "coordinator"] as const;

/**
 * What can be told, to which roles of the agencies concerned, and how. A person is told once for each cause, by the first
 * of the roles that they hold.
 */
export const NOTICES = {
  decide: { roles: APPROVERS, how: "digest", mandatory: true, once: "terms" },
  unanswered: { roles: ACTING, how: "at_once", mandatory: true, once: "terms" },
  agreed: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  declined: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  suspended: { roles: ACTING, how: "at_once", mandatory: false, once: "act" },
  resumed: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  revoked: { roles: ACTING, how: "at_once", mandatory: false, once: "act" },
  ends_soon: { roles: ACTING, how: "digest", mandatory: true, once: "terms" },
  ends_now: { roles: ACTING, how: "at_once", mandatory: true, once: "terms" },
  ended: { roles: ACTING, how: "digest", mandatory: false, once: "terms" },
  alarm_open: { roles: RUNNING, how: "at_once", mandatory: true, once: "day" },
  drift: { roles: RUNNING, how: "digest", mandatory: false, once: "day" },
  shut_locally: { roles: APPROVERS, how: "digest", mandatory: true, once: "day" },
  held: { roles: APPROVERS, how: "at_once", mandatory: true, once: "day" },
  identity_changed: { roles: RUNNING, how: "at_once", mandatory: true, once: "act" },
  partner_leaves: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  partner_left: { roles: ACTING, how: "at_once", mandatory: false, once: "act" },
  name_lost: { roles: RUNNING, how: "at_once", mandatory: true, once: "day" },
  list_stale: { roles: RUNNING, how: "at_once", mandatory: true, once: "day" },
  change: { roles: APPROVERS, how: "digest", mandatory: true, once: "act" },
  change_decided: { roles: RUNNING, how: "digest", mandatory: false, once: "act" },
  joined: { roles: ["administrator"], how: "digest", mandatory: false, once: "act" },
  webhook_failed: { roles: ["administrator"], how: "digest", mandatory: false, once: "day" },
  consent_ends: { roles: ACTING, how: "digest", mandatory: true, once: "terms" },
  stop_started: { roles: ALL_WHO_ACT, how: "at_once", mandatory: true, once: "act" },
  stop_exercise: { roles: ALL_WHO_ACT, how: "at_once", mandatory: false, once: "act" },
  stop_second: { roles: COORDINATORS, how: "at_once", mandatory: true, once: "act" },
  stop_over: { roles: ALL_WHO_ACT, how: "at_once", mandatory: false, once: "act" },
  partner_stopped: { roles: ACTING, how: "at_once", mandatory: false, once: "act" },
  amendment_waits: { roles: APPROVERS, how: "digest", mandatory: true, once: "act" },
  amended: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  amendment_refused: { roles: ACTING, how: "digest", mandatory: false, once: "act" },
  question: { roles: ACTING, how: "at_once", mandatory: true, once: "act" },
  answered: { roles: ACTING, how: "at_once", mandatory: false, once: "act" },
  import_waits: { roles: APPROVERS, how: "digest", mandatory: true, once: "terms" },
  rule_waits: { roles: APPROVERS, how: "digest", mandatory: true, once: "act" },
  rule_stopped: { roles: APPROVERS, how: "at_once", mandatory: false, once: "act" },
  application: { roles: COORDINATORS, how: "digest", mandatory: true, once: "act" },
  key_ends: { roles: RUNNING, how: "at_once", mandatory: true, once: "terms" },
} as const satisfies Record<string, Rule>;
export type NoticeKind = keyof typeof NOTICES;

export const NOTICE_KINDS: readonly NoticeKind[] = Object.keys(NOTICES).filter(
  (text): text is NoticeKind => text in NOTICES,
);

/** Which row of the log is told as what. Agreements are told by what they came to, see {@link TrustNews}. */
const TOLD: Partial<Readonly<Record<AuditKind, NoticeKind>>> = {
  "trust.decline": "declined",
  "trust.withdraw": "declined",
  "trust.suspend": "suspended",
  "trust.resume": "resumed",
  "trust.revoke": "revoked",
  "trust.undo": "revoked",
  "alarm.open": "alarm_open",
  "drift.found": "drift",
  "drift.shut_locally": "shut_locally",
  "list.held": "held",
  "list.stale_soon": "list_stale",
  "list.stale": "list_stale",
  "homeserver.identity_changed": "identity_changed",
  "homeserver.name_lost": "name_lost",
  "agency.leaving": "partner_leaves",
  "agency.left": "partner_left",
  "change.proposed": "change",
  "change.approved": "change_decided",
  "change.rejected": "change_decided",
  "invitation.redeemed": "joined",
  "webhook.given_up": "webhook_failed",
  "emergency.started": "stop_started",
  "emergency.second_called": "stop_second",
  "emergency.lapsed": "stop_over",
  "emergency.lifted": "stop_over",
  "amendment.propose": "amendment_waits",
  "amendment.refuse": "amendment_refused",
  "trust.amend": "amended",
  "question.ask": "question",
  "question.answer": "answered",
  "import.brought": "import_waits",
  "approval_rule.proposed": "rule_waits",
  "approval_rule.stopped": "rule_stopped",
};

/** What an exercise is told as: doors stay as they are, so nobody is told that they shut or open. */
const EXERCISED: Partial<Readonly<Record<AuditKind, NoticeKind>>> = {
  "emergency.started": "stop_exercise",
  "emergency.second_called": "stop_second",
};

/** What of what waits comes to an end by which row of the log. */
const SETTLES: Partial<Readonly<Record<AuditKind, readonly NoticeKind[]>>> = {
  "homeserver.name_proven": ["name_lost"],
  "agency.stays": ["partner_leaves"],
  "trust.leave": ["decide", "unanswered", "amendment_waits"],
  "trust.revoke": ["amendment_waits"],
  "trust.undo": ["amendment_waits"],
  "list.released": ["held"],
  "drift.put_back": ["shut_locally"],
  "drift.removed": ["drift"],
  "change.approved": ["change"],
  "change.rejected": ["change"],
  "emergency.confirmed": ["stop_second"],
  "emergency.lifted": ["stop_started", "stop_exercise", "stop_second", "partner_stopped"],
  "emergency.lapsed": ["stop_started", "stop_exercise", "stop_second", "partner_stopped"],
  "amendment.consent": ["amendment_waits"],
  "amendment.refuse": ["amendment_waits"],
  "amendment.withdraw": ["amendment_waits"],
  "question.answer": ["question"],
  "question.withdraw": ["question"],
  "import.withdraw": ["import_waits"],
  "approval_rule.approved": ["rule_waits"],
  "approval_rule.stopped": ["rule_waits"],
  "application.approved": ["application"],
  "application.refused": ["application"],
};

/** What an act on an agreement came to, for those who are told of it. */
export type TrustNews = {
  /** Its doors may open since this act: the last consent was given. */
  readonly agreed: boolean;
  readonly digest: string;
  /** The agencies whose word is awaited now. */
  readonly waitsFor: readonly AgencyId[];
  /** The agencies that knew of it before: what was never offered is told to its home side alone. */
  readonly concerns: readonly AgencyId[];
  /** Who asked: they cannot consent, so nothing waits for them. */
  readonly requestedBy: PersonId | undefined;
};

/** A row of the log, as far as it matters to whoever is told. */
export type NoticeEvent = {
  readonly kind: AuditKind;
  readonly subject: string;
  readonly agencyIds: readonly AgencyId[];
  readonly outcome: "done" | "refused";
  readonly trust?: TrustNews | undefined;
  /** The agencies whose word is still awaited of what this row would else settle. */
  readonly awaits?: readonly AgencyId[] | undefined;
  readonly details?: JsonObject | undefined;
  /** Who is not told beside the person who acts. */
  readonly except?: PersonId | undefined;
};

/** One thing to tell to the people of some agencies. */
export type Telling = {
  readonly kind: NoticeKind;
  /** Told once for each person: the same cause again tells nobody anew. */
  readonly cause: string;
  readonly subject: string;
  readonly agencies: readonly AgencyId[];
  readonly except?: PersonId | undefined;
};

/** What waits no longer: notices of those kinds about that subject, but for agencies that are still awaited. */
export type Settling = {
  readonly kinds: readonly NoticeKind[];
  readonly subject: string;
  readonly stillFor: readonly AgencyId[];
};

export type Tidings = { readonly tell: readonly Telling[]; readonly settle: readonly Settling[] };

const dayOf = (now: Instant): number => Math.floor(now / DAY);

const causeOf = (kind: NoticeKind, subject: string, act: string, now: Instant): string => {
  const { once }: Rule = NOTICES[kind];
  return `${kind}:${subject}:${once === "day" ? dayOf(now) : act}`;
};

/** Tells the approvers of each agency whose word is awaited, once for these terms. */
export const tellWaiting = (subject: string, { digest, waitsFor, requestedBy }: TrustNews): readonly Telling[] =>
  waitsFor.map((agency) => ({
    kind: "decide",
    cause: `decide:${subject}:${digest}:${agency}`,
    subject,
    agencies: [agency],
    except: requestedBy,
  }));

/**
 * Who is told what by one row of the log, and what waits no longer since. Nothing is told of what was refused.
 *
 * @param act what tells this act from any other: its trace
 */
export const tidingsOf = (event: NoticeEvent, act: string, now: Instant): Tidings => {
  const { subject, trust } = event;
  if (event.outcome === "refused") return { tell: [], settle: [] };
  const exercise = event.kind.startsWith("emergency.") && event.details?.["exercise"] === true;
  const kind = trust?.agreed === true ? "agreed" : (exercise ? EXERCISED : TOLD)[event.kind];
  const plain: readonly Telling[] =
    kind === undefined
      ? []
      : [
          {
            kind,
            cause: causeOf(kind, subject, act, now),
            subject,
            agencies: trust?.concerns ?? event.agencyIds,
            except: event.except,
          },
        ];
  const settled = SETTLES[event.kind];
  const settle = settled === undefined ? [] : [{ kinds: settled, subject, stillFor: event.awaits ?? [] }];
  if (trust === undefined) return { tell: plain, settle };
  return {
    tell: [...plain, ...tellWaiting(subject, trust)],
    settle: [{ kinds: ["decide", "unanswered"], subject, stillFor: trust.waitsFor }, ...settle],
  };
};

/** What a person has chosen: the hour of the gathered mail (Europe/Stockholm), and how each kind is mailed. */
export type NoticeChoices = {
  readonly digestHour: number;
  readonly how: Partial<Readonly<Record<NoticeKind, How>>>;
};

/** Hours that every day has once, also where summer time begins and ends. */
export const DIGEST_HOURS = { least: 4, most: 22 } as const;
export const NO_CHOICES: NoticeChoices = { digestHour: 7, how: {} };

/** How a kind is mailed to a person: as chosen; what must be told is never put away. */
export const howOf = (kind: NoticeKind, { how }: NoticeChoices): How => {
  const { mandatory, how: usual }: Rule = NOTICES[kind];
  const chosen = how[kind] ?? usual;
  return mandatory && chosen === "none" ? "digest" : chosen;
};

const STOCKHOLM = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Stockholm",
  hourCycle: "h23",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** The last instant not after `now` at which clocks in Sweden showed that full hour. */
export const lastDigestAt = (now: Instant, hour: number): number => {
  // A day has 23 to 25 hours: from a day and two hours ago, the first candidate that shows the hour and is the latest.
  const hourStart = now - (now % HOUR);
  for (let back = 0; back <= 25; back += 1) {
    const candidate = hourStart - back * HOUR;
    if (Number(STOCKHOLM.format(candidate).slice(0, 2)) === hour) return candidate;
  }
  return 0;
};

/** The next instant after `now` at which clocks in Sweden show that full hour. */
export const nextDigestAt = (now: Instant, hour: number): Instant => {
  // Never more than 25 hours and a day with two of them ahead.
  const ahead = lastDigestAt(instant(now + 26 * HOUR), hour);
  const nearer = lastDigestAt(instant(ahead - 1), hour);
  return instant(nearer > now ? nearer : ahead);
};

/** Whether a notice is to be mailed now: at once, or with what was gathered until the last hour of the digest. */
export const mailIsDue = (
  notice: { readonly kind: NoticeKind; readonly at: Instant },
  choices: NoticeChoices,
  now: Instant,
): "now" | "later" | "never" => {
  const how = howOf(notice.kind, choices);
  if (how === "none") return "never";
  if (how === "at_once") return "now";
  return notice.at <= lastDigestAt(now, choices.digestHour) ? "now" : "later";
};

/** When what could not be mailed is tried again: a minute, then ever longer, at most six hours. */
export const nextMailIn = (attempts: number): number => Math.min(60_000 * 4 ** (attempts - 1), 6 * HOUR);
/** After so many attempts, some two days, a mail is given up; the notice itself stands in the portal. */
export const MOST_MAIL_ATTEMPTS = 12;

/** How long before its end an agreement is told of, in days; the last of them at once. */
export const REMIND_DAYS = [60, 30, 7] as const;

/** What of its end an agreement's people are told now: the nearest of the three, or that it has ended. */
export const endingTold = (
  end: Instant,
  now: Instant,
): { readonly kind: NoticeKind; readonly step: string } | undefined => {
  if (end <= now) return now - end < 30 * DAY ? { kind: "ended", step: "0" } : undefined;
  const days = REMIND_DAYS.findLast((each) => end - now <= each * DAY);
  return days === undefined ? undefined : { kind: days === 7 ? "ends_now" : "ends_soon", step: String(days) };
};

/** A request that nobody answers is told to everyone who can act, after so long; sooner where its own end is near. */
const UNANSWERED_AFTER = 5 * DAY;
const NEAR = 7 * DAY;

/** Tells everyone who can act, in the agencies that are awaited, of a request that nobody has answered in time. */
export const unansweredTold = (
  subject: string,
  { digest, waitsFor }: TrustNews,
  { since, end }: { readonly since: Instant; readonly end: Instant | undefined },
  now: Instant,
): readonly Telling[] =>
  now - since < UNANSWERED_AFTER && (end === undefined || end - now > NEAR || now - since < DAY)
    ? []
    : waitsFor.map((agency) => ({
        kind: "unanswered",
        cause: `unanswered:${subject}:${digest}:${agency}`,
        subject,
        agencies: [agency],
      }));

/** How long before its end a certificate or a signed consent is told of, in days; each once. */
const KEY_DAYS = [30, 7, 1] as const;

/** Which of the three has come: the nearest; undefined while there is time, and long after the end. */
export const keyEnding = (until: Instant, now: Instant): string | undefined => {
  if (now - until > 7 * DAY) return undefined;
  const days = KEY_DAYS.findLast((each) => until - now <= each * DAY);
  return days === undefined ? undefined : String(days);
};

/** Where what is told is looked at or acted on: a path of the portal. */
export const pageOfNotice = (kind: NoticeKind, subject: string): string => {
  const [prefix] = subject.split("_");
  if (prefix === "agr")
    return kind === "decide" || kind === "unanswered" ? `/agreements/${subject}/review` : `/agreements/${subject}`;
  if (prefix === "hs") return `/servers/${subject}`;
  if (prefix === "agy") return `/agencies/${subject}`;
  if (prefix === "stp") return "/emergency";
  if (prefix === "rul") return "/settings/approval-rules";
  if (prefix === "apl") return "/applications";
  if (prefix === "grp") return `/circles/${subject}`;
  if (prefix === "imp") return `/agreements/imports/${subject}`;
  if (prefix === "whk") return "/settings/webhooks";
  return prefix === "chg" ? `/changes/${subject}` : "/settings";
};
