import type { SetUp, SetUpState } from "#lib/contracts/setup.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { publishTerms } from "#lib/data/federation-terms.ts";
import { claimLink } from "#lib/data/links.ts";
import { addMembership, addPerson, hasBeenSetUp } from "#lib/data/people.ts";
import { addFirstAgency, putFederation } from "#lib/data/set-up.ts";
import { actingAs, beforeSignIn, federationFacts, Undone } from "#lib/data/sign-in.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { Role } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newTraceId } from "#lib/platform/ids.ts";
import { mailIsSet } from "#lib/platform/mail.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { type Begun, beginLinkSession } from "./sign-in-links.ts";

/** What sign-in and set-up pages show before anyone is signed in; nothing that a stranger may not know. */
export const readSetUp = (
  providerId: (issuer: string) => string,
  traceId = newTraceId(),
): Promise<Result<SetUpState, Refusal>> =>
  beforeSignIn(traceId, async (tx) => {
    const federation = await federationFacts(tx);
    const { oidcProviders } = settings();
    return ok({
      needed: !(await hasBeenSetUp(tx)),
      federation: federation ? { id: federation.id, name: federation.name, environment: federation.environment } : null,
      providers: oidcProviders.map(({ issuer, label }) => ({ id: providerId(issuer), label })),
      links: mailIsSet(settings()) ? "mail" : "terminal",
    });
  });

const addRole = async (tx: Tx, person: PersonId, role: Role, agency: AgencyId | undefined): Promise<void> => {
  const id = idOf("mem", newId());
  await addMembership(tx, { id, person, role, agency, operator: undefined, at: systemClock.now() });
  const agencyIds = agency === undefined ? [] : [agency];
  await appendAudit(tx, { kind: "membership.granted", subject: toPublicId("mem", id), agencyIds, details: { role } });
};

const begin = async (tx: Tx, wish: SetUp): Promise<Result<Begun, Refusal>> => {
  const now = systemClock.now();
  if ((await claimLink(tx, hashSecret(wish.token), "setup", now)) === "spent") return err(refusal("link_invalid"));
  if (await hasBeenSetUp(tx)) return err(refusal("already_set_up"));
  const { federationId, environment, defaultLocale } = settings();
  const federation = await putFederation(tx, { ...wish.federation, id: federationId, environment, at: now });
  if (federation === undefined) return err(refusal("unavailable"));
  const person = idOf("per", newId());
  const { name, email } = wish.coordinator;
  await addPerson(tx, {
    id: person,
    pseudonym: newId(),
    name,
    email: email ?? undefined,
    locale: defaultLocale,
    at: now,
  });
  await actingAs(tx, person);
  await publishTerms(tx, { text: wish.federation.terms, person, at: now });
  const agency = idOf("agy", newId());
  if (!(await addFirstAgency(tx, { id: agency, ...wish.agency, at: now }))) {
    return err(refusal("duplicate_identifier", { params: { identifier: wish.agency.identifier.value } }));
  }
  await appendAudit(tx, { kind: "federation.set_up", subject: federation, agencyIds: [], details: {} });
  await appendAudit(tx, {
    kind: "agency.invited",
    subject: toPublicId("agy", agency),
    agencyIds: [agency],
    details: {},
  });
  await addRole(tx, person, "coordinator", undefined);
  await addRole(tx, person, "administrator", agency);
  return ok(await beginLinkSession(tx, person));
};

/**
 * Begins the federation by its one-time set-up link: name, first agency, first coordinator (who is that agency's
 * administrator too, until they invite one). All of it or nothing: after a refused attempt the link still holds.
 */
export const setUp = async (wish: SetUp, traceId: string): Promise<Result<Begun, Refusal>> => {
  try {
    return await beforeSignIn(traceId, async (tx) => {
      const begun = await begin(tx, wish);
      if (!begun.ok) throw new Undone(begun.error);
      return begun;
    });
  } catch (fault) {
    if (fault instanceof Undone) return err(fault.refusal);
    throw fault;
  }
};
