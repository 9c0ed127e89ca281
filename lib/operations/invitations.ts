import type {
  CreateInvitation,
  InvitationPage,
  InvitationQuery,
  InvitationView,
  MembershipOutcome,
  NewInvitationView,
} from "#lib/contracts/people.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  addInvitation,
  claimInvitation,
  findInvitation,
  getInvitation,
  type Invitation,
  invitationsAfter,
  revokeInvitationRow,
} from "#lib/data/invitations.ts";
import { findAgencyOf, findOperator, findPerson, namesOf } from "#lib/data/people.ts";
import { federationFacts, openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { IDENTIFIER_SCHEMES, identifierKey } from "#lib/domain/identifier.ts";
import { type InvitationId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { mayVouch } from "#lib/domain/vouching.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { sendMail } from "#lib/platform/mail.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { invitationMail } from "./mail-texts.ts";
import { giveRole } from "./memberships.ts";
import { afterCursor, agencyRef, operatorRef, pageOf, personRef } from "./people-views.ts";
import { managedBy, mayGive } from "./role-rules.ts";

/** How long an invitation waits to be redeemed. */
export const INVITATION_DAYS = 14;

const stateOf = ({ redeemedAt, revokedAt, expiresAt }: Invitation, now: Instant): InvitationView["state"] => {
  if (redeemedAt !== undefined) return "redeemed";
  if (revokedAt !== undefined) return "revoked";
  return expiresAt <= now ? "expired" : "open";
};

const viewOf = (invitation: Invitation, names: ReadonlyMap<string, string>, now: Instant): InvitationView => ({
  id: toPublicId("inv", invitation.id),
  role: invitation.role,
  agency: invitation.agency === undefined ? null : agencyRef(invitation.agency),
  operator: invitation.operator === undefined ? null : operatorRef(invitation.operator),
  email: invitation.email ?? null,
  state: stateOf(invitation, now),
  createdBy: invitation.createdBy === undefined ? null : personRef(invitation.createdBy, names),
  createdAt: invitation.createdAt,
  expiresAt: invitation.expiresAt,
  redeemedAt: invitation.redeemedAt ?? null,
  redeemedBy: invitation.redeemedBy === undefined ? null : personRef(invitation.redeemedBy, names),
});

const peopleIn = (invitations: readonly Invitation[]): readonly PersonId[] =>
  invitations.flatMap(({ createdBy, redeemedBy }) => [createdBy, redeemedBy].filter((id) => id !== undefined));

const agencyIds = ({ agency }: Invitation) => (agency === undefined ? [] : [agency.id]);

const create = (actor: Actor, wish: CreateInvitation, secret: string) =>
  inTransaction(actor, async (tx): Promise<Result<{ view: InvitationView; federation: string }, Refusal>> => {
    const { role, agency, operator, email } = wish;
    if (!mayGive(actor, agency)) return refuse(tx, actor, refusal("not_permitted"), "invitation");
    await openSignIn(tx);
    const federation = await federationFacts(tx);
    const placed =
      (agency === null || (await findAgencyOf(tx, agency)) !== undefined) &&
      (operator === null || (await findOperator(tx, operator)) !== undefined);
    if (!placed || federation === undefined) return refuse(tx, actor, refusal("not_found"), "invitation");
    const now = systemClock.now();
    const id = idOf("inv", newId());
    await addInvitation(tx, {
      id,
      tokenHash: hashSecret(secret),
      role,
      agency: agency ?? undefined,
      operator: operator ?? undefined,
      email: email ?? undefined,
      createdBy: actor.person,
      createdAt: now,
      expiresAt: later(now, INVITATION_DAYS * DAY),
    });
    const made = await getInvitation(tx, id);
    if (made === undefined) throw new Error("an invitation just written is not there");
    await appendAudit(tx, {
      kind: "invitation.created",
      subject: toPublicId("inv", id),
      agencyIds: agencyIds(made),
      details: { role },
    });
    return ok({ view: viewOf(made, await namesOf(tx, peopleIn([made])), now), federation: federation.name });
  });

/** Invites somebody to one role. The link is answered once, and mailed where there is an address and a mail server. */
export const invitePerson = async (
  actor: Actor,
  wish: CreateInvitation,
): Promise<Result<NewInvitationView, Refusal>> => {
  const secret = newSecret();
  const made = await create(actor, wish, secret);
  if (!made.ok) return made;
  const { view, federation } = made.value;
  const url = `${settings().baseUrl}/invitation#${secret}`;
  const sent =
    wish.email !== null &&
    (await sendMail(settings(), { to: wish.email, ...invitationMail(federation, url, INVITATION_DAYS) })).ok;
  return ok({ ...view, url, mailed: sent });
};

/** Invitations to the agencies that the actor manages, newest first. */
export const listInvitations = (actor: Actor, query: InvitationQuery): Promise<Result<InvitationPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { agency, cursor, limit } = query;
    const managed = managedBy(actor);
    if (managed?.length === 0 || (agency !== undefined && managed?.includes(agency) === false)) {
      return refuse(tx, actor, refusal("not_permitted"), "invitations");
    }
    const after = afterCursor(cursor);
    if (!after.ok) return err(refusal(after.error));
    await openSignIn(tx);
    const rows = await invitationsAfter(tx, agency === undefined ? managed : [agency], after.value, limit + 1);
    const names = await namesOf(tx, peopleIn(rows));
    const now = systemClock.now();
    return ok(pageOf(rows, limit, (row) => viewOf(row, names, now)));
  });

/** Takes an invitation back that nobody has redeemed. */
export const revokeInvitation = (
  actor: Actor,
  { id }: { readonly id: InvitationId },
): Promise<Result<InvitationView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    const found = await getInvitation(tx, id);
    if (found === undefined || !mayGive(actor, found.agency?.id ?? null)) {
      return refuse(tx, actor, refusal("not_permitted"), toPublicId("inv", id));
    }
    const now = systemClock.now();
    if (!(await revokeInvitationRow(tx, id, now)))
      return refuse(tx, actor, refusal("invitation_invalid"), toPublicId("inv", id));
    await appendAudit(tx, {
      kind: "invitation.revoked",
      subject: toPublicId("inv", id),
      agencyIds: agencyIds(found),
      details: {},
    });
    return ok(viewOf({ ...found, revokedAt: now }, await namesOf(tx, peopleIn([found])), now));
  });

/** Whether the provider that this session came by may vouch for whom the invitation is to. */
const vouchedFor = ({ credential }: Actor, { role, agency }: Invitation): boolean => {
  if (credential.kind === "link") return true;
  if (credential.kind === "token") return false;
  const provider = settings().oidcProviders.find(({ issuer }) => issuer === credential.issuer);
  const scheme = IDENTIFIER_SCHEMES.find((known) => known === agency?.scheme);
  const key = agency && scheme ? identifierKey({ scheme, value: agency.identifier }) : undefined;
  return provider !== undefined && mayVouch(provider.allowedIdentifiers, { role, identifierKey: key });
};

const redeem = async (tx: Tx, actor: Actor, hash: string): Promise<Result<MembershipOutcome, Refusal>> => {
  const found = await findInvitation(tx, hash);
  if (found === undefined) return refuse(tx, actor, refusal("invitation_invalid"), "invitation");
  if (actor.credential.kind === "token")
    return refuse(tx, actor, refusal("tokens_never_decide"), toPublicId("inv", found.id));
  // Checked before the claim, so that the right provider can still be used with the same link.
  if (!vouchedFor(actor, found))
    return refuse(tx, actor, refusal("provider_may_not_vouch"), toPublicId("inv", found.id));
  if (!(await claimInvitation(tx, hash, actor.person, systemClock.now()))) {
    return refuse(tx, actor, refusal("invitation_invalid"), toPublicId("inv", found.id));
  }
  await appendAudit(tx, {
    kind: "invitation.redeemed",
    subject: toPublicId("inv", found.id),
    agencyIds: agencyIds(found),
    details: { role: found.role },
  });
  const person = await findPerson(tx, actor.person);
  const held = person?.memberships.find(
    ({ role, agency, operator }) =>
      role === found.role && agency?.id === found.agency?.id && operator?.id === found.operator?.id,
  );
  if (held !== undefined) return ok({ state: "granted", membership: toPublicId("mem", held.id), change: null });
  const place = { role: found.role, agency: found.agency?.id ?? null, operator: found.operator?.id ?? null };
  return ok(await giveRole(tx, { person: actor.person, ...place }, found.createdBy));
};

/**
 * Begins a membership: the signed-in person uses an invitation up. Of any number at once exactly one gets it; the session's
 * provider must be allowed to vouch for the organisation.
 */
export const redeemInvitation = (
  actor: Actor,
  { token }: { readonly token: string },
): Promise<Result<MembershipOutcome, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await openSignIn(tx);
    return redeem(tx, actor, hashSecret(token));
  });
