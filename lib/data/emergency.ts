import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { STOP_SCOPES, type Stop } from "#lib/domain/emergency.ts";
import { type AgencyId, type HomeserverId, idOf, type PersonId, type StopId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Prisma } from "./generated/client.ts";
import { readerOf } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type StopRecord = Stop & {
  readonly id: StopId;
  readonly reason: string;
  readonly startedBy: PersonId;
  readonly confirmedBy: PersonId | undefined;
  readonly endedBy: PersonId | undefined;
  readonly endReason: string | undefined;
  readonly calledAt: Instant | undefined;
  readonly version: number;
};

const at = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(Number(value)));
const person = (id: string | null): PersonId | undefined => (id === null ? undefined : idOf("per", id));

const recordOf = (row: Prisma.EmergencyStopGetPayload<object>): StopRecord => ({
  id: idOf("stp", row.id),
  agency: idOf("agy", row.agencyId),
  scope: oneOf(STOP_SCOPES, row.scope),
  exercise: row.exercise,
  reason: row.reason,
  startedBy: idOf("per", row.startedBy),
  startedAt: instant(Number(row.startedAt)),
  confirmedBy: person(row.confirmedBy),
  confirmedAt: at(row.confirmedAt),
  endedBy: person(row.endedBy),
  endedAt: at(row.endedAt),
  endReason: row.endReason ?? undefined,
  calledAt: at(row.calledAt),
  version: row.version,
});

/** A stop is known to the agency, to those who have agreed with it, and to coordinators. */
const seenBy = (tx: Tx): Prisma.EmergencyStopWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined || isCoordinator(reader)) return {};
  const agencyId = { in: [...agenciesOf(reader)] };
  const agreed = { some: { agreement: { stage: "agreed", parties: { some: { agencyId } } } } };
  return { OR: [{ agencyId }, { agency: { parties: agreed } }] };
};

export type NewStop = Pick<StopRecord, "id" | "agency" | "scope" | "exercise" | "reason" | "startedBy" | "startedAt">;

export const addStop = async (tx: Tx, { agency, startedAt, ...rest }: NewStop): Promise<void> => {
  await tx.emergencyStop.create({
    data: { ...rest, agencyId: agency, startedAt: BigInt(startedAt) },
    select: { id: true },
  });
};

export const getStop = async (tx: Tx, id: StopId): Promise<StopRecord | undefined> => {
  const row = await tx.emergencyStop.findFirst({ where: { AND: [{ id }, seenBy(tx)] } });
  return row === null ? undefined : recordOf(row);
};

/** Serialises those who decide about one stop until the transaction ends. */
export const lockStop = async (tx: Tx, id: StopId): Promise<void> => {
  await tx.$queryRaw`select id from emergency_stop where id = ${id}::uuid for update`;
};

/** The stops that the reader may know of, the newest first; `open`: those nobody has ended. */
export const listStops = async (
  tx: Tx,
  { open, agencies }: { readonly open?: boolean; readonly agencies?: readonly AgencyId[] },
  limit: number,
): Promise<readonly StopRecord[]> => {
  const rows = await tx.emergencyStop.findMany({
    where: {
      AND: [
        seenBy(tx),
        open === true ? { endedAt: null } : {},
        agencies === undefined ? {} : { agencyId: { in: [...agencies] } },
      ],
    },
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.map(recordOf);
};

type Change =
  | { readonly confirmedBy: PersonId; readonly confirmedAt: Instant }
  | { readonly endedBy: PersonId; readonly endedAt: Instant; readonly endReason: string }
  | { readonly endedAt: Instant }
  | { readonly calledAt: Instant };

export const changeStop = async (tx: Tx, id: StopId, change: Change): Promise<void> => {
  const data = Object.fromEntries(
    Object.entries(change).map(([name, value]) => [name, typeof value === "number" ? BigInt(value) : value]),
  );
  await tx.emergencyStop.update({
    where: { id },
    data: { ...data, version: { increment: 1 } },
    select: { id: true },
  });
};

/** One server that a stop of the agency concerns. */
export type Reached = { readonly server: HomeserverId; readonly agreements: number; readonly listed: boolean };

/** What a stop of the agency concerns; nothing for who may not stop it. */
export const reachOfStop = async (tx: Tx, agency: AgencyId): Promise<readonly Reached[]> => {
  const rows = await tx.$queryRaw<{ homeserver_id: string; agreements: bigint; listed: boolean }[]>`
    SELECT homeserver_id::text, agreements, listed FROM emergency_reach(${agency}::uuid) ORDER BY 1`;
  return rows.map(({ homeserver_id, agreements, listed }) => ({
    server: idOf("hs", homeserver_id),
    agreements: Number(agreements),
    listed,
  }));
};

/** The servers of every agreement of that agency, for the worker, which knows all. */
export const serversToWake = async (tx: Tx, agency: AgencyId): Promise<readonly HomeserverId[]> => {
  const rows = await tx.agreementServer.findMany({
    where: { agreement: { stage: "agreed", parties: { some: { agencyId: agency } } } },
    select: { homeserverId: true },
    distinct: ["homeserverId"],
  });
  return rows.map(({ homeserverId }) => idOf("hs", homeserverId));
};
