import type { Tx } from "./transaction.ts";

export type NewReceipt = {
  readonly id: string;
  readonly enforcementPoint: string;
  readonly sequence: number;
  readonly bytes: string;
  readonly instances: readonly unknown[];
  readonly at: number;
};

/** Keeps a verified receipt, and raises the highest sequence seen from its enforcement point. */
export const storeReceipt = async (tx: Tx, receipt: NewReceipt): Promise<void> => {
  await tx.$executeRawUnsafe(
    `INSERT INTO receipt (id, enforcement_point_id, sequence, bytes, at)
     VALUES ($1::uuid, $2::uuid, $3::bigint, $4, $5::bigint) ON CONFLICT (enforcement_point_id, sequence) DO NOTHING`,
    receipt.id,
    receipt.enforcementPoint,
    receipt.sequence,
    receipt.bytes,
    receipt.at,
  );
  await raiseSequence(tx, receipt);
};

/** Raises the highest sequence seen; the receipt itself, like one that only says the same again, is not kept. */
export const raiseSequence = async (tx: Tx, receipt: Omit<NewReceipt, "id" | "bytes">): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE enforcement_point SET last_sequence = $2::bigint, last_receipt_at = $3::bigint, instances = $4::jsonb
     WHERE id = $1::uuid AND last_sequence < $2::bigint`,
    receipt.enforcementPoint,
    receipt.sequence,
    receipt.at,
    JSON.stringify(receipt.instances),
  );
};
