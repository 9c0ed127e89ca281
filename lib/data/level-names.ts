import { LEVELS, type Level } from "#lib/domain/classification.ts";
import { type AgencyId, idOf } from "#lib/domain/ids.ts";
import type { Content } from "#lib/domain/terms.ts";
import type { Side } from "#lib/domain/trust.ts";
import type { Tx } from "./transaction.ts";

export type LevelNames = { readonly number: number; readonly names: readonly (string | undefined)[] };

const read = async (tx: Tx, agencies: readonly AgencyId[]): Promise<ReadonlyMap<AgencyId, LevelNames>> => {
  const rows = await tx.agencyLevelNames.findMany({ where: { agencyId: { in: [...agencies] } } });
  return new Map(
    rows.map(({ agencyId, number, names }) => [
      idOf("agy", agencyId),
      { number, names: LEVELS.map((level) => names[level] || undefined) },
    ]),
  );
};

/** What the agency calls each level; undefined where it never said. */
export const levelNamesOf = async (tx: Tx, agency: AgencyId): Promise<LevelNames | undefined> =>
  (await read(tx, [agency])).get(agency);

/** Keeps them, over what was there. */
export const putLevelNames = async (tx: Tx, agency: AgencyId, { number, names }: LevelNames): Promise<void> => {
  const data = { number, names: names.map((name) => name ?? "") };
  await tx.agencyLevelNames.upsert({
    where: { agencyId: agency },
    create: { agencyId: agency, ...data },
    update: data,
    select: { agencyId: true },
  });
};

/**
 * The content with what each side calls its ceiling now, so that both sides' words stand in the terms and under their
 * digest. Of a side of several agencies the first that has a word gives it.
 */
export const withLevelNames = async <C extends Content | undefined>(
  tx: Tx,
  content: C,
  sides: Readonly<Record<Side, readonly AgencyId[]>>,
): Promise<C> => {
  if (content?.ceiling === undefined) return content;
  const known = await read(tx, [...sides.home, ...sides.partner]);
  const nameAt = (side: Side, level: Level): string | undefined =>
    sides[side].map((agency) => known.get(agency)?.names[level]).find((name) => name !== undefined);
  const [home, partner] = [nameAt("home", content.ceiling), nameAt("partner", content.ceiling)];
  const { levelNames: _before, ...said } = content;
  if (home === undefined && partner === undefined) return said as C;
  const levelNames = {
    ...(home === undefined ? {} : { home }),
    ...(partner === undefined ? {} : { partner }),
  };
  return { ...content, levelNames };
};
