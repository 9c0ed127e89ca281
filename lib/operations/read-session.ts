import type { SessionView, UpdateSession } from "#lib/contracts/session.ts";
import { findPerson, setLocale } from "#lib/data/people.ts";
import { federationFacts, openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { settings } from "#lib/platform/env.ts";
import { membershipView } from "./people-views.ts";

/** Only what this session may act in: a provider's leave narrows what its people see of their own roles, too. */
const holds = (actor: Actor, role: string, agency: string | undefined): boolean =>
  actor.memberships.some((held) => held.role === role && ("agency" in held ? held.agency : undefined) === agency);

const view = async (tx: Tx, actor: Actor): Promise<Result<SessionView, Refusal>> => {
  await openSignIn(tx);
  const person = await findPerson(tx, actor.person);
  const federation = await federationFacts(tx);
  if (person === undefined || federation === undefined) return err(refusal("not_signed_in"));
  const { credential } = actor;
  const { oidcProviders } = settings();
  const issuer = credential.kind === "oidc" ? credential.issuer : undefined;
  const rules = { requiredAcr: federation.requiredAcr, oidcConfigured: oidcProviders.length > 0 };
  return ok({
    person: { id: toPublicId("per", person.id), name: person.name ?? null },
    locale: actor.locale,
    method: credential.kind,
    provider: oidcProviders.find((provider) => provider.issuer === issuer)?.label ?? null,
    acr: credential.kind === "oidc" ? (credential.acr ?? null) : null,
    requiredAcr: federation.requiredAcr ?? null,
    cannotDecide: decidingRefusal(actor, rules) ?? null,
    memberships: person.memberships.filter(({ role, agency }) => holds(actor, role, agency?.id)).map(membershipView),
    federation: { id: federation.id, name: federation.name, environment: federation.environment },
  });
};

/** Who is signed in, and what they may do here. */
export const readSession = (actor: Actor): Promise<Result<SessionView, Refusal>> =>
  inTransaction(actor, (tx) => view(tx, actor));

/** Keeps the language the person reads in. */
export const updateSession = (actor: Actor, { locale }: UpdateSession): Promise<Result<SessionView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    await setLocale(tx, actor.person, locale);
    return view(tx, { ...actor, locale });
  });
