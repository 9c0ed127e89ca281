import { type ApprovalRule, DIRECTIONS, type Direction } from "#lib/domain/approval-rule.ts";
import { type AgencyId, type AgreementId, type ApprovalRuleId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Side, Terms } from "#lib/domain/trust.ts";
import type { Prisma } from "./generated/client.ts";
import { clausesOf, storedClauses } from "./stored-clauses.ts";
import type { Tx } from "./transaction.ts";
import { termsOf } from "./trust.ts";
import { oneOf } from "./words.ts";

export type ApprovalRuleRecord = ApprovalRule & { readonly stopReason: string | undefined };
type Row = Prisma.ApprovalRuleGetPayload<object>;

const person = (id: string | null): PersonId | undefined => (id === null ? undefined : idOf("per", id));
const when = (at: bigint | null): Instant | undefined => (at === null ? undefined : instant(Number(at)));

const recordOf = (row: Row): ApprovalRuleRecord => ({
  id: idOf("rul", row.id),
  agency: idOf("agy", row.agencyId),
  number: row.number,
  direction: oneOf(DIRECTIONS, row.direction),
  clauses: clausesOf(row.clauses),
  owner: idOf("per", row.ownerId),
  endsAt: instant(Number(row.endsAt)),
  diarienummer: row.diarienummer ?? undefined,
  proposedBy: idOf("per", row.proposedBy),
  proposedAt: instant(Number(row.proposedAt)),
  approvedBy: person(row.approvedBy),
  approvedAt: when(row.approvedAt),
  stoppedBy: person(row.stoppedBy),
  stoppedAt: when(row.stoppedAt),
  stopReason: row.stopReason ?? undefined,
});

/** An agency's rules, newest first; at most `limit`. */
export const listApprovalRules = async (
  tx: Tx,
  agency: AgencyId,
  limit: number,
): Promise<readonly ApprovalRuleRecord[]> =>
  (await tx.approvalRule.findMany({ where: { agencyId: agency }, orderBy: { number: "desc" }, take: limit })).map(
    recordOf,
  );

export const getApprovalRule = async (tx: Tx, id: ApprovalRuleId): Promise<ApprovalRuleRecord | undefined> => {
  const row = await tx.approvalRule.findUnique({ where: { id } });
  return row === null ? undefined : recordOf(row);
};

/** Every rule that is approved, not stopped and not ended, by agency and number. */
export const rulesInForce = async (tx: Tx, now: Instant): Promise<readonly ApprovalRuleRecord[]> =>
  (
    await tx.approvalRule.findMany({
      where: { approvedAt: { not: null }, stoppedAt: null, endsAt: { gt: BigInt(now) } },
      orderBy: [{ agencyId: "asc" }, { number: "asc" }],
    })
  ).map(recordOf);

/** Keeps a proposed rule under the agency's next number. */
export const addApprovalRule = async (
  tx: Tx,
  rule: Omit<ApprovalRule, "number" | "approvedBy" | "approvedAt" | "stoppedBy" | "stoppedAt">,
): Promise<number> => {
  const last = await tx.approvalRule.findFirst({
    where: { agencyId: rule.agency },
    orderBy: { number: "desc" },
    select: { number: true },
  });
  const number = (last?.number ?? 0) + 1;
  await tx.approvalRule.create({
    data: {
      id: rule.id,
      agencyId: rule.agency,
      number,
      direction: rule.direction,
      clauses: storedClauses(rule.clauses),
      ownerId: rule.owner,
      endsAt: BigInt(rule.endsAt),
      diarienummer: rule.diarienummer ?? null,
      proposedBy: rule.proposedBy,
      proposedAt: BigInt(rule.proposedAt),
    },
    select: { id: true },
  });
  return number;
};

type By = { readonly person: PersonId; readonly at: Instant };

export const approveRuleRow = async (tx: Tx, id: ApprovalRuleId, { person: by, at }: By): Promise<void> => {
  await tx.approvalRule.updateMany({ where: { id }, data: { approvedBy: by, approvedAt: BigInt(at) } });
};

export const stopRuleRow = async (
  tx: Tx,
  id: ApprovalRuleId,
  { person: by, at, reason }: By & { readonly reason: string },
): Promise<void> => {
  await tx.approvalRule.updateMany({
    where: { id },
    data: { stoppedBy: by, stoppedAt: BigInt(at), stopReason: reason },
  });
};

/** Whether somebody who may still act approves for that agency. */
export const approvesFor = async (tx: Tx, who: PersonId, agency: AgencyId): Promise<boolean> => {
  const [row] = await tx.$queryRaw<
    { approves: boolean }[]
  >`select app_approves(${who}::uuid, ${agency}::uuid) as approves`;
  return row?.approves === true;
};

const SIDE_OF: Readonly<Record<Direction, Side>> = { incoming: "partner", outgoing: "home" };

/** Requests that wait for a rule's agency since it became a rule, after that id; at most `limit`. */
export const waitingFor = async (
  tx: Tx,
  { agency, direction, approvedAt }: ApprovalRule,
  after: string,
  limit: number,
): Promise<readonly AgreementId[]> => {
  const rows = await tx.agreement.findMany({
    where: {
      id: { gt: after },
      stage: direction === "incoming" ? "offered" : "requested",
      createdAt: { gte: BigInt(approvedAt ?? 0) },
      parties: { some: { agencyId: agency, side: SIDE_OF[direction] } },
      decisions: { none: { agencyId: agency, kind: { in: ["endorse", "accept"] } } },
    },
    select: { id: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(({ id }) => idOf("agr", id));
};

/** A request as it was first made, and what came of it. */
export type PastRequest = {
  readonly agreement: AgreementId;
  readonly at: Instant;
  readonly stage: string;
  readonly terms: Terms;
  readonly others: readonly AgencyId[];
};

/** What was asked of an agency, or by it, since an instant, newest first; at most `limit`. */
export const requestsSince = async (
  tx: Tx,
  { agency, direction, since }: { readonly agency: AgencyId; readonly direction: Direction; readonly since: Instant },
  limit: number,
): Promise<readonly PastRequest[]> => {
  const side = SIDE_OF[direction];
  const rows = await tx.agreement.findMany({
    where: {
      createdAt: { gte: BigInt(since) },
      parties: { some: { agencyId: agency, side } },
      // What its own side never endorsed was never put before the other.
      ...(direction === "incoming" ? { decisions: { some: { kind: "endorse" } } } : {}),
    },
    select: {
      id: true,
      createdAt: true,
      stage: true,
      parties: { where: { side: { not: side } }, select: { agencyId: true }, orderBy: { agencyId: "asc" } },
      versions: { where: { number: 1 }, select: { terms: true } },
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.flatMap(({ id, createdAt, stage, parties, versions: [first] }) =>
    first === undefined
      ? []
      : [
          {
            agreement: idOf("agr", id),
            at: instant(Number(createdAt)),
            stage,
            terms: termsOf(first.terms),
            others: parties.map(({ agencyId }) => idOf("agy", agencyId)),
          },
        ],
  );
};

/** The people who approve for an agency and may still act. */
export const approversOf = async (tx: Tx, agency: AgencyId): Promise<readonly PersonId[]> => {
  const rows = await tx.membership.findMany({
    where: { agencyId: agency, role: "approver", state: "active", person: { disabledAt: null } },
    distinct: ["personId"],
    select: { personId: true },
    orderBy: { personId: "asc" },
  });
  return rows.map(({ personId }) => idOf("per", personId));
};

/** To how many requests each of these rules has consented. */
export const consentsByRules = async (
  tx: Tx,
  rules: readonly ApprovalRuleId[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.decision.groupBy({
    by: ["ruleId"],
    where: { ruleId: { in: [...rules] } },
    _count: { _all: true },
  });
  return new Map(rows.flatMap(({ ruleId, _count }) => (ruleId === null ? [] : [[ruleId, _count._all]])));
};
