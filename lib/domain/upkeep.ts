import type { Role } from "./access.ts";
import { DAY, type Instant } from "./instant.ts";
import type { ProofState } from "./name-proof.ts";

/** What a person of the agency looks through once a year. */
export const REVIEWS = ["contacts", "people", "agreements"] as const;
export type Review = (typeof REVIEWS)[number];

export const UPKEEP_KINDS = [
  "no_approver",
  "few_approvers",
  "name_lost",
  "name_failing",
  "certificate_ends",
  "residency_broken",
  "never_signed_in",
  "review_contacts",
  "review_people",
  "review_agreements",
] as const;
export type UpkeepKind = (typeof UPKEEP_KINDS)[number];

export type UpkeepFacts = {
  readonly createdAt: Instant;
  readonly approversRequired: number;
  readonly people: readonly {
    readonly id: string;
    readonly role: Role;
    readonly since: Instant;
    readonly seen: boolean;
  }[];
  readonly servers: readonly {
    readonly id: string;
    readonly proof: ProofState;
    readonly failing: boolean;
    readonly certificateUntil: Instant | undefined;
  }[];
  readonly reviewed: Partial<Readonly<Record<Review, Instant>>>;
  /** Whether there is any agreement to look through. */
  readonly agreements: boolean;
  /** Agreements in force with a server outside their residency rule, or in doubt. */
  readonly misplaced: readonly string[];
};

export type Upkeep = {
  readonly kind: UpkeepKind;
  /** The person, server or agreement it is about, where it is about one. */
  readonly about: string | undefined;
  /** When it ends, or since when it has been so. */
  readonly at: Instant | undefined;
};

const YEAR = 365 * DAY;
const NEW_HERE = 30 * DAY;
const ENDS_SOON = 21 * DAY;

const approvers = ({ people, approversRequired }: UpkeepFacts): readonly Upkeep[] => {
  const held = new Set(people.filter(({ role }) => role === "approver").map(({ id }) => id)).size;
  if (held >= approversRequired) return [];
  return [{ kind: held === 0 ? "no_approver" : "few_approvers", about: undefined, at: undefined }];
};

const servers = (facts: UpkeepFacts, now: Instant): readonly Upkeep[] =>
  facts.servers.flatMap(({ id, proof, failing, certificateUntil }): readonly Upkeep[] => {
    const lost = proof === "lost" ? "name_lost" : failing ? "name_failing" : undefined;
    const ends = certificateUntil !== undefined && certificateUntil - now <= ENDS_SOON;
    return [
      ...(lost === undefined ? [] : [{ kind: lost, about: id, at: undefined } as const]),
      ...(ends ? [{ kind: "certificate_ends", about: id, at: certificateUntil } as const] : []),
    ];
  });

const strangers = ({ people }: UpkeepFacts, now: Instant): readonly Upkeep[] => {
  const first = new Map<string, Instant>();
  for (const { id, since, seen } of people) {
    const known = first.get(id);
    if (!seen && (known === undefined || since < known)) first.set(id, since);
  }
  return [...first]
    .filter(([, since]) => now - since >= NEW_HERE)
    .map(([about, at]) => ({ kind: "never_signed_in", about, at }));
};

const reviews = ({ reviewed, createdAt, agreements }: UpkeepFacts, now: Instant): readonly Upkeep[] =>
  REVIEWS.filter((review) => review !== "agreements" || agreements).flatMap((review) => {
    const at = reviewed[review] ?? createdAt;
    return now - at >= YEAR ? [{ kind: `review_${review}`, about: undefined, at } as const] : [];
  });

/** What one agency must see to, the gravest first; nothing where all is in order. */
export const upkeepOf = (facts: UpkeepFacts, now: Instant): readonly Upkeep[] => [
  ...approvers(facts),
  ...servers(facts, now),
  ...facts.misplaced.map((about) => ({ kind: "residency_broken", about, at: undefined }) as const),
  ...strangers(facts, now),
  ...reviews(facts, now),
];
