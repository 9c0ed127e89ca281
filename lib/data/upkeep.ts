import type { Role } from "#lib/domain/access.ts";
import { type AgencyId, type AgreementId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { PROOF_STATES, type ProofState } from "#lib/domain/name-proof.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { REVIEWS, type Review } from "#lib/domain/upkeep.ts";
import { newId } from "#lib/platform/ids.ts";
import { roleOf } from "./people.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

type Held = {
  readonly agency: AgencyId;
  readonly id: PersonId;
  readonly role: Role;
  readonly since: Instant;
  readonly seen: boolean;
};
type Server = {
  readonly id: HomeserverId;
  readonly proof: ProofState;
  readonly failing: boolean;
  readonly certificateUntil: Instant | undefined;
};
type Reviewed = { readonly agency: AgencyId; readonly review: Review; readonly at: Instant };

const RULED = RESIDENCY_RULES.filter((rule) => rule !== "anywhere");

const inThese = (agencies: readonly AgencyId[]) => ({ agencyId: { in: [...agencies] } });

/** The roles held in these agencies, and whether each holder has ever signed in, as far as the reader may know it. */
export const holdersIn = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly Held[]> => {
  const rows = await tx.membership.findMany({
    where: { ...inThese(agencies), endedAt: null, state: "active", person: { disabledAt: null } },
    include: { person: { select: { seen: true } } },
    orderBy: { id: "asc" },
  });
  return rows.flatMap(({ agencyId, personId, role, createdAt, person }) =>
    agencyId === null
      ? []
      : [
          {
            agency: idOf("agy", agencyId),
            id: idOf("per", personId),
            role: roleOf(role),
            since: instant(Number(createdAt)),
            seen: person.seen !== null,
          },
        ],
  );
};

/** How the names and certificates of these servers stand. */
export const upkeepOfServers = async (tx: Tx, servers: readonly HomeserverId[]): Promise<readonly Server[]> => {
  const rows = await tx.nameProof.findMany({ where: { homeserverId: { in: [...servers] } } });
  return rows.map(({ homeserverId, state, failingSince, certificateUntil }) => ({
    id: idOf("hs", homeserverId),
    proof: oneOf(PROOF_STATES, state),
    failing: failingSince !== null,
    certificateUntil: certificateUntil === null ? undefined : instant(Number(certificateUntil)),
  }));
};

/** When each of these agencies was last looked through, for each kind. */
export const lastReviews = async (tx: Tx, agencies: readonly AgencyId[]): Promise<readonly Reviewed[]> => {
  const rows = await tx.agencyReview.groupBy({
    by: ["agencyId", "kind"],
    where: inThese(agencies),
    _max: { at: true },
  });
  return rows.map(({ agencyId, kind, _max }) => ({
    agency: idOf("agy", agencyId),
    review: oneOf(REVIEWS, kind),
    at: instant(Number(_max.at ?? 0)),
  }));
};

/** Which of these agencies stand in an agreement. */
export const agenciesAgreed = async (tx: Tx, agencies: readonly AgencyId[]): Promise<ReadonlySet<AgencyId>> => {
  const rows = await tx.agreementParty.findMany({
    where: { ...inThese(agencies), agreement: { stage: "agreed" } },
    distinct: ["agencyId"],
    select: { agencyId: true },
  });
  return new Set(rows.map(({ agencyId }) => idOf("agy", agencyId)));
};

/** The agreements agreed by any of these agencies whose terms ever bound where servers stand. */
export const agreementsWithResidency = async (
  tx: Tx,
  agencies: readonly AgencyId[],
): Promise<readonly AgreementId[]> => {
  const rows = await tx.agreement.findMany({
    where: {
      stage: "agreed",
      parties: { some: inThese(agencies) },
      versions: {
        some: { OR: RULED.map((rule) => ({ terms: { contains: `"residency":"${rule}"` } })) },
      },
    },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map(({ id }) => idOf("agr", id));
};

/** Keeps that a person looked through. */
export const addReview = async (
  tx: Tx,
  { agency, review, person, at }: Reviewed & { readonly person: PersonId },
): Promise<void> => {
  await tx.agencyReview.create({
    data: { id: newId(), agencyId: agency, kind: review, personId: person, at: BigInt(at) },
  });
};
