import type { TrustNews } from "#lib/domain/notices.ts";
import { awaitedAgencies } from "#lib/domain/trust.ts";
import { type AgreementRecord, factsOf, stateOf } from "./trust.ts";

/**
 * What an act on an agreement came to, for those who are told of it.
 *
 * @param before as it stood; undefined for a request that is new
 */
export const trustNews = (before: AgreementRecord | undefined, after: AgreementRecord): TrustNews | undefined => {
  const [facts, state] = [factsOf(after), stateOf(after)];
  if (facts === undefined || state === undefined) return undefined;
  const offered = before !== undefined && before.stage !== "requested";
  return {
    agreed: before?.stage === "offered" && state.stage === "agreed",
    digest: facts.digest,
    waitsFor: awaitedAgencies(facts, state),
    // What was never offered is the home side's own affair.
    concerns: facts.parties.filter(({ side }) => offered || side === "home").map(({ agency }) => agency),
    requestedBy: state.requestedBy,
  };
};
