import { effectiveLevel, type Level } from "./classification.ts";
import {
  type GroupFacts,
  type GroupPair,
  type GroupState,
  type GroupTerms,
  type NamedMember,
  pairKey,
  pairsOfGroup,
} from "./group.ts";
import type { AgencyId } from "./ids.ts";
import type { Instant } from "./instant.ts";
import type { Content } from "./terms.ts";
import type { Basis, Side, Terms } from "./trust.ts";

/** A pair that already stands, or stood, on an agreement. */
export type KnownPair = { readonly a: AgencyId; readonly b: AgencyId; readonly open: boolean };
export type Parting<P extends KnownPair> = {
  readonly pair: P;
  /** Whose act parts the two. */
  readonly by: AgencyId;
};

const partedBy = ({ a, b, state: how }: GroupPair, state: GroupState): AgencyId => {
  if (how === "excepted") return state.exceptions.get(pairKey(a.agency, b.agency))?.agency ?? a.agency;
  return how === "left" && state.members.get(b.agency)?.stage === "left" ? b.agency : a.agency;
};

/**
 * What a group's agreements lack now: pairs to make, and pairs to part. A pair is made once; one that was ended is opened
 * again by an agreement of the two. An end that was agreed on from the start parts nobody: the agreement's own end shuts it.
 */
export const settlement = <P extends KnownPair>(
  facts: GroupFacts,
  state: GroupState,
  known: readonly P[],
  now: Instant,
): { readonly make: readonly GroupPair[]; readonly part: readonly Parting<P>[] } => {
  const byKey = new Map(known.map((pair) => [pairKey(pair.a, pair.b), pair]));
  const found = pairsOfGroup(facts, state, now).map((pair) => ({
    pair,
    before: byKey.get(pairKey(pair.a.agency, pair.b.agency)),
  }));
  return {
    make: found.flatMap(({ pair, before }) => (before === undefined && pair.state === "open" ? [pair] : [])),
    part: found.flatMap(({ pair, before }) =>
      before?.open === true && pair.state !== "open" && pair.state !== "expired"
        ? [{ pair: before, by: partedBy(pair, state) }]
        : [],
    ),
  };
};

/** One side of a pair, as its terms name it. */
export type PairSide = NamedMember & { readonly ceiling: Level | undefined };

const contentOf = (content: Content | undefined, levels: readonly (Level | undefined)[]): Content | undefined => {
  const ceiling = effectiveLevel([content?.ceiling, ...levels].filter((level) => level !== undefined));
  return ceiling === undefined ? content : { ...content, ceiling };
};

/** The terms between two members: the group's own, at the lower of their levels, and where they come from. */
export const pairTerms = (
  group: GroupTerms,
  basis: Basis,
  { home, partner }: Readonly<Record<Side, PairSide>>,
): Terms => {
  const { purpose, legalBasis, start, end } = group;
  const content = contentOf(group.content, [home.ceiling, partner.ceiling]);
  return {
    purpose,
    parties: { home: [home.agency], partner: [partner.agency] },
    servers: { home: home.servers, partner: partner.servers },
    basis,
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(content === undefined ? {} : { content }),
  };
};
