import { z } from "zod";
import { BRAKE_REASONS, type BrakeReason } from "#lib/domain/brake.ts";
import { type AgencyId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Tx } from "./transaction.ts";

const heldPlan = z.object({
  why: z.enum(BRAKE_REASONS),
  names: z.array(z.string()),
  add: z.array(z.string()).default([]),
  remove: z.array(z.string()).default([]),
  digest: z.string(),
  at: z.int().transform(instant),
});

/** What the brake holds of a server's next list, as the worker wrote it; undefined where nothing is held. */
export type Held = {
  readonly why: BrakeReason;
  /** What nothing explains. */
  readonly names: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly digest: string;
  readonly at: Instant;
};
export const heldOf = (brake: unknown): Held | undefined => {
  const read = heldPlan.safeParse(brake);
  return read.success ? read.data : undefined;
};

/** Servers of these agencies whose next list is held. */
export const heldAmong = async (
  tx: Tx,
  agencies: readonly AgencyId[],
): Promise<readonly { readonly homeserver: HomeserverId; readonly held: Held }[]> => {
  const rows = await tx.listPlan.findMany({
    where: { homeserver: { agencies: { some: { agencyId: { in: [...agencies] } } } } },
    orderBy: { homeserverId: "asc" },
  });
  return rows.flatMap(({ homeserverId, brake }) => {
    const held = heldOf(brake);
    return held === undefined ? [] : [{ homeserver: idOf("hs", homeserverId), held }];
  });
};

/**
 * `brake` lets a held plan through, named by its digest; `put_back` lets a shut name in again, named by itself;
 * `roll_back` shuts a name, named by itself, until a later `put_back`.
 */
export type ReleaseKind = "brake" | "put_back" | "roll_back";

/** When a named person last let this through; undefined where nobody did. */
export const lastRelease = async (
  tx: Tx,
  homeserver: HomeserverId,
  kind: ReleaseKind,
  digest: string,
): Promise<Instant | undefined> => {
  const row = await tx.listRelease.findFirst({
    where: { homeserverId: homeserver, kind, digest },
    orderBy: { at: "desc" },
    select: { at: true },
  });
  return row === null ? undefined : instant(Number(row.at));
};

export type NewRelease = {
  readonly homeserver: HomeserverId;
  readonly kind: ReleaseKind;
  readonly digest: string;
  readonly person: PersonId;
  readonly reason: string;
  readonly at: Instant;
};

/** Records that a named person lets it through. Append-only. */
export const appendRelease = async (tx: Tx, release: NewRelease): Promise<void> => {
  const { homeserver, kind, digest, person, reason, at } = release;
  await tx.listRelease.create({
    data: { id: newId(), homeserverId: homeserver, kind, digest, personId: person, reason, at: BigInt(at) },
  });
};
