import type { HomeserverId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import type { Tx } from "./transaction.ts";

type NewKey = { readonly keyId: string; readonly key: string; readonly validUntil: number };

/**
 * Pins the keys that an approver has agreed to; those pinned before that are not among them are superseded.
 * How long each is valid the worker reads at its next look.
 */
export const supersedeOtherKeys = async (
  tx: Tx,
  homeserverId: HomeserverId,
  keys: readonly NewKey[],
  now: Instant,
): Promise<void> => {
  const at = BigInt(now);
  await tx.homeserverKey.updateMany({
    where: { homeserverId, supersededAt: null, keyId: { notIn: keys.map(({ keyId }) => keyId) } },
    data: { supersededAt: at },
  });
  for (const { keyId, key, validUntil } of keys) {
    const values = { key, validUntil: BigInt(validUntil), pinnedAt: at, supersededAt: null };
    await tx.homeserverKey.upsert({
      where: { homeserverId_keyId: { homeserverId, keyId } },
      create: { homeserverId, keyId, ...values },
      update: values,
    });
  }
};
