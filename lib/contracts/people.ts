import { z } from "zod";
import { ROLES } from "#lib/domain/access.ts";
import { AgencyRef, At, idInput, PageQuery, PersonRef, PublicId, page, text } from "./common.ts";
import { MembershipView, OperatorRef, reasonInput, secretInput } from "./session.ts";

export const PERSON_ACTIONS = ["disable", "enable", "erase"] as const;

export const PersonView = PersonRef.extend({
  email: z.string().nullable(),
  state: z.enum(["active", "disabled"]),
  memberships: z.array(MembershipView),
  signsInBy: z.array(z.string()).meta({ description: "Issuers; empty: by one-time links only." }),
  createdAt: At,
  allowed: z.array(z.enum(PERSON_ACTIONS)),
}).meta({ id: "PersonView" });
export type PersonView = z.infer<typeof PersonView>;

export const PeopleQuery = PageQuery.extend({ agency: idInput("agy").optional() });
export type PeopleQuery = z.output<typeof PeopleQuery>;
export const PeoplePage = page(PersonView).meta({ id: "PeoplePage" });
export type PeoplePage = z.infer<typeof PeoplePage>;

export const DisablePerson = z.strictObject({ reason: reasonInput.optional() }).meta({ id: "DisablePerson" });
export type DisablePerson = z.output<typeof DisablePerson>;

/** For whom a role is: an agency for administrator, approver and auditor; an operator for operator; nobody for coordinator. */
const place = {
  role: z.enum(ROLES),
  agency: idInput("agy").nullable().default(null),
  operator: idInput("opr").nullable().default(null),
};
const fits = (at: { role: string; agency: string | null; operator: string | null }): boolean =>
  at.role === "coordinator"
    ? at.agency === null && at.operator === null
    : at.role === "operator"
      ? at.operator !== null && at.agency === null
      : at.agency !== null && at.operator === null;
const misplaced = { path: ["role"], params: { code: "invalid_input" } };

/** Gives a person who is here already another role. */
export const GrantMembership = z
  .strictObject({ person: idInput("per"), ...place })
  .refine(fits, misplaced)
  .meta({ id: "GrantMembership" });
export type GrantMembership = z.output<typeof GrantMembership>;

/** What came of a wish about a role: done, or waiting for the agency's own approver. */
export const MembershipOutcome = z
  .object({
    state: z.enum(["granted", "ended", "awaiting_approver"]),
    membership: PublicId("mem").nullable(),
    change: PublicId("chg").nullable(),
  })
  .meta({ id: "MembershipOutcome" });
export type MembershipOutcome = z.infer<typeof MembershipOutcome>;

export const INVITATION_STATES = ["open", "redeemed", "revoked", "expired"] as const;

/** Invites to one role. Mailed where an address is given and mail is set up; the link is shown once either way. */
export const CreateInvitation = z
  .strictObject({ ...place, email: z.email().max(254).nullable().default(null), name: text(120).optional() })
  .refine(fits, misplaced)
  .meta({ id: "CreateInvitation" });
export type CreateInvitation = z.output<typeof CreateInvitation>;

export const InvitationView = z
  .object({
    id: PublicId("inv"),
    role: z.enum(ROLES),
    agency: AgencyRef.nullable(),
    operator: OperatorRef.nullable(),
    email: z.string().nullable(),
    state: z.enum(INVITATION_STATES),
    createdBy: PersonRef.nullable(),
    createdAt: At,
    expiresAt: At,
    redeemedAt: At.nullable(),
    redeemedBy: PersonRef.nullable(),
  })
  .meta({ id: "InvitationView" });
export type InvitationView = z.infer<typeof InvitationView>;

/** The only answer that holds the invitation's link; null in a replay of the same request. */
export const NewInvitationView = InvitationView.extend({
  url: z.string().nullable(),
  mailed: z.boolean(),
}).meta({ id: "NewInvitationView" });
export type NewInvitationView = z.infer<typeof NewInvitationView>;

export const InvitationQuery = PageQuery.extend({ agency: idInput("agy").optional() });
export type InvitationQuery = z.output<typeof InvitationQuery>;
export const InvitationPage = page(InvitationView).meta({ id: "InvitationPage" });
export type InvitationPage = z.infer<typeof InvitationPage>;

export const RedeemInvitation = z.strictObject({ token: secretInput }).meta({ id: "RedeemInvitation" });
export type RedeemInvitation = z.output<typeof RedeemInvitation>;
