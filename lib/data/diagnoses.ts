import { type DiagnosisId, type HomeserverId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { type Instant, instant, MINUTE } from "#lib/domain/instant.ts";
import { notifyEvent } from "./jobs.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export const DIAGNOSIS_STATES = ["waiting", "running", "done", "failed"] as const;
export type DiagnosisState = (typeof DIAGNOSIS_STATES)[number];

export type DiagnosisRecord = {
  readonly id: DiagnosisId;
  readonly from: HomeserverId;
  readonly to: HomeserverId;
  readonly state: DiagnosisState;
  readonly traceId: string;
  readonly askedAt: Instant;
  readonly finishedAt: Instant | undefined;
  /** What was found so far, as the worker wrote it; an empty object before that. */
  readonly result: unknown;
  readonly version: number;
};

/** A worker that took a diagnosis longer ago than this is dead, and another takes it. */
const TAKEN_FOR = 2 * MINUTE;
/** Diagnoses are kept this long: they say how a way looked, not how it looks. */
const KEPT_FOR = 30 * 24 * 60 * MINUTE;

type Row = NonNullable<Awaited<ReturnType<Tx["diagnosis"]["findUnique"]>>>;

const recordOf = (row: Row): DiagnosisRecord => ({
  id: idOf("dia", row.id),
  from: idOf("hs", row.fromServerId),
  to: idOf("hs", row.toServerId),
  state: oneOf(DIAGNOSIS_STATES, row.state),
  traceId: row.traceId,
  askedAt: instant(Number(row.askedAt)),
  finishedAt: row.finishedAt === null ? undefined : instant(Number(row.finishedAt)),
  result: row.result,
  version: row.version,
});

export type NewDiagnosis = Pick<DiagnosisRecord, "id" | "from" | "to" | "traceId" | "askedAt"> & {
  readonly askedBy: PersonId | undefined;
};

/** Stores that somebody asks; the worker does the rest. */
export const addDiagnosis = async (
  tx: Tx,
  { id, from, to, traceId, askedAt, askedBy }: NewDiagnosis,
): Promise<void> => {
  await tx.diagnosis.create({
    data: {
      id,
      fromServerId: from,
      toServerId: to,
      askedBy: askedBy ?? null,
      state: "waiting",
      traceId,
      askedAt: BigInt(askedAt),
      result: {},
    },
  });
};

export const getDiagnosis = async (tx: Tx, id: DiagnosisId): Promise<DiagnosisRecord | undefined> => {
  const row = await tx.diagnosis.findUnique({ where: { id } });
  return row === null ? undefined : recordOf(row);
};

/** A diagnosis of the same pair that is asked for and not finished: asking twice looks once. */
export const openDiagnosis = async (
  tx: Tx,
  from: HomeserverId,
  to: HomeserverId,
  now: Instant,
): Promise<DiagnosisRecord | undefined> => {
  const row = await tx.diagnosis.findFirst({
    where: {
      fromServerId: from,
      toServerId: to,
      state: { in: ["waiting", "running"] },
      askedAt: { gt: BigInt(now - TAKEN_FOR) },
    },
    orderBy: { askedAt: "desc" },
  });
  return row === null ? undefined : recordOf(row);
};

/**
 * Takes the eldest diagnosis that waits, or whose worker died; of any number of workers one gets it. Removes those that
 * are past their keeping.
 */
export const takeDiagnosis = async (tx: Tx, now: Instant): Promise<DiagnosisRecord | undefined> => {
  await tx.$executeRawUnsafe("DELETE FROM diagnosis WHERE asked_at < $1::bigint", Math.max(0, now - KEPT_FOR));
  const taken = await tx.$queryRawUnsafe<{ id: string }[]>(
    `UPDATE diagnosis SET state = 'running', started_at = $1::bigint, version = version + 1 WHERE id =
       (SELECT id FROM diagnosis WHERE state = 'waiting' OR (state = 'running' AND started_at < $2::bigint)
        ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id::text AS id`,
    now,
    Math.max(0, now - TAKEN_FOR),
  );
  const id = taken[0]?.id;
  return id === undefined ? undefined : getDiagnosis(tx, idOf("dia", id));
};

/** Writes what is known so far, or at last, and tells the open pages. */
export const storeFindings = async (
  tx: Tx,
  id: DiagnosisId,
  state: Exclude<DiagnosisState, "waiting">,
  result: unknown,
  now: Instant,
): Promise<void> => {
  const finished = state === "running" ? null : now;
  const rows = await tx.$queryRawUnsafe<{ version: number }[]>(
    `UPDATE diagnosis SET state = $2, result = $3::jsonb, finished_at = $4::bigint, version = version + 1
     WHERE id = $1::uuid RETURNING version`,
    id,
    state,
    JSON.stringify(result),
    finished,
  );
  const version = rows[0]?.version;
  if (version !== undefined) await notifyEvent(tx, { topic: "diagnosis", id: toPublicId("dia", id), version });
};
