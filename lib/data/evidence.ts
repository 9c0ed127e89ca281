import { z } from "zod";
import type { StationState } from "#lib/domain/statuses.ts";
import type { Tx } from "./transaction.ts";

/** What a station's evidence rests on. `desired`: what the portal wanted when it looked. */
export const evidenceDetail = z.looseObject({
  desired: z.enum(["open", "shut"]).optional(),
  /** Shut at the server itself, by whom the portal does not know: not put back without an approver's word. */
  shutLocally: z.boolean().optional(),
  /** By the operator's own file, which the enforcement point reports. */
  localDeny: z.boolean().optional(),
  /** The senders' back-off is still to be reset. */
  resetDue: z.boolean().optional(),
});

export type NewEvidence = {
  readonly from: string;
  readonly to: string;
  readonly station: "stored" | "effective" | "observed";
  readonly state: StationState;
  readonly version: number | undefined;
  readonly detail: Readonly<Record<string, unknown>>;
  /** When the looking began (ms): what was seen earlier never overwrites what was seen later. */
  readonly at: number;
};

/** Writes what was seen, each row only where it is not older than what stands. Sorted, so that two rounds never deadlock. */
export const recordEvidence = async (tx: Tx, rows: readonly NewEvidence[]): Promise<void> => {
  if (rows.length === 0) return;
  const sorted = rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await tx.$executeRawUnsafe(
    `INSERT INTO evidence (from_server_id, to_server_id, station, state, version, detail, at)
     SELECT "from"::uuid, "to"::uuid, station, state, version, detail, at FROM jsonb_to_recordset($1::jsonb)
       AS e("from" text, "to" text, station text, state text, version int, detail jsonb, at bigint)
     ON CONFLICT (from_server_id, to_server_id, station) DO UPDATE
       SET state = excluded.state, version = excluded.version, detail = excluded.detail, at = excluded.at
       WHERE evidence.at <= excluded.at`,
    JSON.stringify(sorted),
  );
};

const keyOf = ({ from, to, station }: NewEvidence): string => `${from} ${to} ${station}`;

/** Notes that the back-off towards these partners has been reset. */
export const clearResetDue = async (tx: Tx, to: string, from: readonly string[]): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE evidence SET detail = detail - 'resetDue'
     WHERE to_server_id = $1::uuid AND from_server_id = ANY($2::uuid[]) AND detail ? 'resetDue'`,
    to,
    [...from],
  );
};
