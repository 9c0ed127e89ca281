import type { Tx } from "./transaction.ts";

export type NewReceipt = {
  readonly id: string;
  readonly enforcementPoint: string;
  readonly sequence: number;
  readonly bytes: string;
  readonly instances: readonly unknown[];
  readonly at: number;
};

/** Keeps verified receipts of one enforcement point, oldest first, and raises the highest sequence seen from it. */
export const storeReceipts = async (tx: Tx, receipts: readonly NewReceipt[]): Promise<void> => {
  const last = receipts.at(-1);
  if (last === undefined) return;
  await tx.$executeRawUnsafe(
    `WITH kept AS (INSERT INTO receipt (id, enforcement_point_id, sequence, bytes, at)
       SELECT id, point, sequence, bytes, at FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, point uuid, sequence bigint, bytes text, at bigint)
       ON CONFLICT (enforcement_point_id, sequence) DO NOTHING)
     UPDATE enforcement_point SET last_sequence = $3::bigint, last_receipt_at = $4::bigint, instances = $5::jsonb
     WHERE id = $2::uuid AND last_sequence < $3::bigint`,
    JSON.stringify(
      receipts.map(({ enforcementPoint: point, id, sequence, bytes, at }) => ({ id, point, sequence, bytes, at })),
    ),
    last.enforcementPoint,
    last.sequence,
    last.at,
    JSON.stringify(last.instances),
  );
};
