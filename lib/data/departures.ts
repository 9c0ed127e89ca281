import { type AgencyId, type AgreementId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

/** Agencies whose day of leaving has come. */
export const leavingBy = async (tx: Tx, now: Instant): Promise<readonly AgencyId[]> => {
  const rows = await tx.agency.findMany({
    where: { leavesAt: { lte: BigInt(now) }, state: { not: "left" } },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id }) => idOf("agy", id));
};

/** Ends a membership whose day has come; false where somebody decided otherwise meanwhile. */
export const leaveNow = async (tx: Tx, id: AgencyId, now: Instant): Promise<boolean> =>
  (
    await tx.agency.updateMany({
      where: { id, leavesAt: { lte: BigInt(now) }, state: { not: "left" } },
      data: { state: "left", leftAt: BigInt(now), leavesAt: null, version: { increment: 1 } },
    })
  ).count === 1;

/** An agreement of an agency that has left, still open in the record. */
export type LeftOpen = {
  readonly agreement: AgreementId;
  /** Which of its parties left. */
  readonly gone: AgencyId;
  readonly parties: readonly AgencyId[];
  readonly servers: readonly HomeserverId[];
};

/** Agreements with a party that has left, which nobody has closed, by id after `after`; at most `limit`. */
export const agreementsOfLeft = async (tx: Tx, after: string, limit: number): Promise<readonly LeftOpen[]> => {
  const rows = await tx.agreement.findMany({
    where: { id: { gt: after }, stage: { not: "closed" }, parties: { some: { agency: { state: "left" } } } },
    select: {
      id: true,
      parties: { select: { agencyId: true, agency: { select: { state: true } } }, orderBy: { agencyId: "asc" } },
      servers: { select: { homeserverId: true }, distinct: ["homeserverId"] },
    },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.flatMap(({ id, parties, servers }) => {
    const gone = parties.find(({ agency }) => agency.state === "left");
    return gone === undefined
      ? []
      : [
          {
            agreement: idOf("agr", id),
            gone: idOf("agy", gone.agencyId),
            parties: parties.map(({ agencyId }) => idOf("agy", agencyId)),
            servers: servers.map(({ homeserverId }) => idOf("hs", homeserverId)),
          },
        ];
  });
};

/** The other parties of what an agency has agreed or is asked for. */
export const partnersOf = async (tx: Tx, id: AgencyId): Promise<readonly AgencyId[]> => {
  const rows = await tx.agreementParty.findMany({
    where: {
      agencyId: { not: id },
      agreement: { stage: { in: ["offered", "agreed"] }, parties: { some: { agencyId: id } } },
    },
    distinct: ["agencyId"],
    select: { agencyId: true },
  });
  return rows.map(({ agencyId }) => idOf("agy", agencyId));
};

/** Agencies that left at or before an instant and whose people are still known; at most `limit`. */
export const agenciesToErase = async (tx: Tx, leftBefore: Instant, limit: number): Promise<readonly AgencyId[]> => {
  const rows = await tx.agency.findMany({
    where: { state: "left", leftAt: { lte: BigInt(leftBefore) }, erasedAt: null },
    select: { id: true },
    orderBy: { id: "asc" },
    take: limit,
  });
  return rows.map(({ id }) => idOf("agy", id));
};

/** Erases an agency's contacts and the people who belong nowhere else; answers whose names went. */
export const eraseAgency = async (
  tx: Tx,
  id: AgencyId,
  { leftBefore, now }: { readonly leftBefore: Instant; readonly now: Instant },
): Promise<readonly PersonId[]> => {
  const rows = await tx.$queryRaw<{ person: string }[]>`
    select person from erase_left_agency(${id}::uuid, ${BigInt(leftBefore)}, ${BigInt(now)}) as person`;
  return rows.map(({ person }) => idOf("per", person));
};

/** Removes applications decided at or before an instant. */
export const removeApplications = async (tx: Tx, decidedBefore: Instant): Promise<number> =>
  (
    await tx.application.deleteMany({
      where: { state: { not: "open" }, decidedAt: { lte: BigInt(decidedBefore) } },
    })
  ).count;
