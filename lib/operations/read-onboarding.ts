import type { OnboardingView } from "#lib/contracts/onboarding.ts";
import { type AgencyRecord, getAgency } from "#lib/data/directory.ts";
import { currentTerms, lastAcceptances } from "#lib/data/federation-terms.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { proofStates } from "#lib/data/name-proof.ts";
import { openInvitations, reporting, rolesIn } from "#lib/data/onboarding.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { type OnboardingFacts, type OnboardingStep, onboardingOf } from "#lib/domain/onboarding.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef, personRef } from "./people-views.ts";

type Known = Pick<OnboardingFacts, "terms"> & { readonly accepted: OnboardingView["terms"] };

const termsOf = async (tx: Tx, id: AgencyId): Promise<Known> => {
  const current = await currentTerms(tx);
  const last = (await lastAcceptances(tx, [id])).get(id);
  const names = last === undefined ? new Map<string, string>() : await namesOf(tx, [last.person]);
  const accepted =
    last === undefined
      ? null
      : {
          number: last.number,
          person: personRef(last.person, names),
          authority: last.authority,
          diarienummer: last.diarienummer,
          at: last.at,
        };
  if (current === undefined || current.text === "") return { terms: "none", accepted };
  if (last === undefined) return { terms: "never", accepted };
  return { terms: last.number === current.number ? "accepted" : "older", accepted };
};

const serverFacts = async (tx: Tx, servers: readonly HomeserverRecord[]): Promise<OnboardingFacts["servers"]> => {
  const ids = servers.map(({ id }) => id);
  const told = await reporting(tx, ids);
  const proofs = await proofStates(tx, ids);
  return servers.map(({ id, serverName, identityState }) => ({
    name: serverName,
    identity: identityState,
    proven: proofs.get(id) === "proven",
    reports: told.has(id),
  }));
};

/** Where a step is done; what concerns servers leads to the first that is not there yet. */
const hrefOf = (
  step: OnboardingStep,
  missing: readonly string[],
  agency: AgencyRecord,
  servers: readonly HomeserverRecord[],
): string => {
  if (step === "terms") return "/terms";
  const here = `/agencies/${toPublicId("agy", agency.id)}`;
  if (step !== "proof" && step !== "keys" && step !== "reporting") return here;
  const server = servers.find(({ serverName }) => missing.includes(serverName)) ?? servers[0];
  return server === undefined ? here : `/servers/${toPublicId("hs", server.id)}`;
};

/** The steps of one agency's joining. For the agency itself and the coordinators. */
export const readOnboarding = (
  actor: Actor,
  { id }: { readonly id: AgencyId },
): Promise<Result<OnboardingView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!isCoordinator(actor) && !agenciesOf(actor).includes(id))
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("agy", id));
    const agency = await getAgency(tx, id);
    if (agency === undefined) return err(refusal("not_found"));
    const servers = await getHomeservers(
      tx,
      agency.homeservers.map((server) => server.id),
    );
    const { terms, accepted } = await termsOf(tx, id);
    const steps = onboardingOf({
      state: agency.state,
      openInvitations: await openInvitations(tx, id, systemClock.now()),
      roles: await rolesIn(tx, id),
      approversRequired: agency.approversRequired,
      terms,
      contacts: agency.contacts.map(({ kind }) => kind),
      servers: await serverFacts(tx, servers),
    });
    return ok({
      agency: agencyRef(agency),
      state: agency.state,
      steps: steps.map(({ missing, ...step }) => ({
        ...step,
        missing: [...missing],
        href: hrefOf(step.step, missing, agency, servers),
      })),
      terms: accepted,
    });
  });
