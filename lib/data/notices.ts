import { ROLES, type Role } from "#lib/domain/access.ts";
import { type AgencyId, type AgreementId, idOf, type NoticeId, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import {
  HOWS,
  NO_CHOICES,
  NOTICE_KINDS,
  NOTICES,
  type NoticeChoices,
  type NoticeKind,
  type Tidings,
} from "#lib/domain/notices.ts";
import type { Tx } from "./client.ts";
import { oneOf } from "./words.ts";

export type NoticeRecord = {
  readonly id: NoticeId;
  readonly person: PersonId;
  readonly agency: AgencyId | undefined;
  readonly role: Role;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly at: Instant;
  readonly readAt: Instant | undefined;
  readonly settledAt: Instant | undefined;
  readonly settledBy: PersonId | undefined;
  readonly mailAttempts: number;
};

type Columns = {
  readonly id: string;
  readonly personId: string;
  readonly agencyId: string | null;
  readonly role: string;
  readonly kind: string;
  readonly subject: string;
  readonly at: bigint;
  readonly readAt: bigint | null;
  readonly settledAt: bigint | null;
  readonly settledBy: string | null;
  readonly mailAttempts: number;
};

const maybeAt = (at: bigint | null): Instant | undefined => (at === null ? undefined : instant(Number(at)));

export const noticeOf = (row: Columns): NoticeRecord => ({
  id: idOf("ntc", row.id),
  person: idOf("per", row.personId),
  agency: row.agencyId === null ? undefined : idOf("agy", row.agencyId),
  role: oneOf(ROLES, row.role),
  kind: oneOf(NOTICE_KINDS, row.kind),
  subject: row.subject,
  at: instant(Number(row.at)),
  readAt: maybeAt(row.readAt),
  settledAt: maybeAt(row.settledAt),
  settledBy: row.settledBy === null ? undefined : idOf("per", row.settledBy),
  mailAttempts: row.mailAttempts,
});

/**
 * Tells people, in the transaction of what they are told of. Whoever was told of the same cause before is not told again.
 *
 * @returns how many people were told
 */
export const tell = async (tx: Tx, { tell: tellings, settle }: Tidings, now: Instant): Promise<number> => {
  for (const { kinds, subject, stillFor } of settle)
    await tx.$queryRaw`select notice_settle(${[...kinds]}::text[], ${subject}, ${[...stillFor]}::uuid[], ${now}::bigint)`;
  let told = 0;
  for (const { kind, cause, subject, agencies, except } of tellings) {
    const [row] = await tx.$queryRaw<{ told: bigint }[]>`select notice_tell(${kind}, ${cause}, ${subject},
      ${[...agencies]}::uuid[], ${[...NOTICES[kind].roles]}::text[], ${except ?? null}::uuid, ${now}::bigint) as told`;
    told += Number(row?.told ?? 0);
    await tx.$queryRaw`select webhook_tell(${kind}, ${cause}, ${subject}, ${[...agencies]}::uuid[], ${now}::bigint)`;
  }
  return told;
};

/** One's own notices, newest first, after the one that the page before ended with. */
export const noticesOf = async (
  tx: Tx,
  person: PersonId,
  before: { readonly at: number; readonly id: string } | undefined,
  limit: number,
): Promise<readonly NoticeRecord[]> => {
  const rows = await tx.notice.findMany({
    where: {
      personId: person,
      ...(before && {
        OR: [{ at: { lt: BigInt(before.at) } }, { at: BigInt(before.at), id: { lt: before.id } }],
      }),
    },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(noticeOf);
};

/** How many of one's own notices are unread. */
export const countUnread = (tx: Tx, person: PersonId): Promise<number> =>
  tx.notice.count({ where: { personId: person, readAt: null } });

/** Marks one's own notices up to a moment as read. */
export const markRead = async (tx: Tx, person: PersonId, until: Instant, now: Instant): Promise<void> => {
  await tx.notice.updateMany({
    where: { personId: person, readAt: null, at: { lte: BigInt(until) } },
    data: { readAt: BigInt(now) },
  });
};

export const choicesOf = (row: { readonly digestHour: number; readonly how: unknown } | null): NoticeChoices => {
  if (row === null) return NO_CHOICES;
  const said: Readonly<Record<string, unknown>> = typeof row.how === "object" && row.how !== null ? { ...row.how } : {};
  const how = NOTICE_KINDS.flatMap((kind) => {
    const chosen = HOWS.find((each) => each === said[kind]);
    return chosen === undefined ? [] : [[kind, chosen] as const];
  });
  return { digestHour: row.digestHour, how: Object.fromEntries(how) };
};

/** How a person has chosen to be told. */
export const readChoices = async (tx: Tx, person: PersonId): Promise<NoticeChoices> =>
  choicesOf(await tx.noticeChoice.findUnique({ where: { personId: person } }));

/** Keeps how a person wants to be told. */
export const storeChoices = async (tx: Tx, person: PersonId, { digestHour, how }: NoticeChoices): Promise<void> => {
  const values = { digestHour, how: { ...how } };
  await tx.noticeChoice.upsert({
    where: { personId: person },
    create: { personId: person, ...values },
    update: values,
  });
};

/** The parties of agreements to which one of those agencies is a party. */
export const partiesOf = async (
  tx: Tx,
  agreements: readonly AgreementId[],
  mine: readonly AgencyId[],
): Promise<readonly { readonly agreement: AgreementId; readonly agency: AgencyId }[]> => {
  const own = { some: { agencyId: { in: [...mine] } } };
  const rows = await tx.agreementParty.findMany({
    where: { agreementId: { in: [...agreements] }, agreement: { parties: own } },
    orderBy: { agencyId: "asc" },
  });
  return rows.map(({ agreementId, agencyId }) => ({
    agreement: idOf("agr", agreementId),
    agency: idOf("agy", agencyId),
  }));
};
