import { z } from "zod";
import { AGENCY_STATES, CONTACT_KINDS, MEMBER_CLASSES, PLATFORMS } from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES, type Identifier, parseIdentifier } from "#lib/domain/identifier.ts";
import { faultOfText } from "#lib/domain/plain-text.ts";
import { AgencyRef, At, atInput, fault, HomeserverRef, PageQuery, PublicId, page, text, Version } from "./common.ts";

/** An organisation's identifier as typed; yields the checked one. */
export const identifierInput = z
  .strictObject({ scheme: z.enum(IDENTIFIER_SCHEMES), value: text(80) })
  .transform(({ scheme, value }, ctx): Identifier => {
    const identifier = parseIdentifier(scheme, value);
    return identifier.ok ? identifier.value : fault(ctx, identifier.error, ["value"]);
  });

/** A name that is shown, sorted and exported: neither a program nor a reader takes it for something else. */
export const nameText = (max: number) =>
  text(max).transform((name, ctx) => {
    const code = faultOfText(name);
    return code === undefined ? name : fault(ctx, code);
  });

export const ContactInput = z.strictObject({
  kind: z.enum(CONTACT_KINDS),
  name: nameText(120),
  email: z.email().max(254),
  phone: text(40).nullable().default(null),
});
const contacts = z.array(ContactInput).max(20);
const nameInput = z.strictObject({ sv: nameText(160), en: nameText(160) });
export const countryInput = z.string().regex(/^[A-Z]{2}$/);

/** Invites an agency into the directory (coordinator). */
export const CreateAgency = z
  .strictObject({
    name: nameInput,
    identifier: identifierInput,
    memberClass: z.enum(MEMBER_CLASSES),
    country: countryInput.default("SE"),
    approversRequired: z.union([z.literal(1), z.literal(2)]).default(1),
    contacts: contacts.default([]),
  })
  .meta({ id: "CreateAgency" });
export type CreateAgency = z.output<typeof CreateAgency>;

/**
 * Changes what is given; the rest stays. `contacts` replaces all contacts. Fewer approvers for an active agency becomes a
 * proposal that its own approver decides: the answer then names it in `openChanges`.
 */
export const UpdateAgency = z
  .strictObject({
    name: nameInput.optional(),
    memberClass: z.enum(MEMBER_CLASSES).optional(),
    country: countryInput.optional(),
    approversRequired: z.union([z.literal(1), z.literal(2)]).optional(),
    contacts: contacts.optional(),
  })
  .meta({ id: "UpdateAgency" });
export type UpdateAgency = z.output<typeof UpdateAgency>;

/** Moves an agency between states: `active` begins membership or ends a suspension. */
export const SetAgencyState = z
  .strictObject({ state: z.enum(["active", "suspended", "left"]), reason: text(500).optional() })
  .meta({ id: "SetAgencyState" });
export type SetAgencyState = z.output<typeof SetAgencyState>;

/** Decides when an agency leaves, or (null) that it stays. Its partners are told at once, and again when it has left. */
export const PlanLeaving = z.strictObject({ at: atInput.nullable(), reason: text(500) }).meta({ id: "PlanLeaving" });
export type PlanLeaving = z.output<typeof PlanLeaving>;

/** What the caller's own agencies have with this one. */
export const RELATIONS = ["self", "trusted", "pending", "suspended", "none"] as const;
export type Relation = (typeof RELATIONS)[number];

export const ContactView = z.object({
  kind: z.enum(CONTACT_KINDS),
  name: z.string(),
  email: z.string(),
  phone: z.string().nullable(),
});

export const AGENCY_ACTIONS = [
  "update",
  "update_identity",
  "activate",
  "suspend",
  "leave",
  "add_homeserver",
  "invite_people",
  "request_trust",
] as const;
export type AgencyAction = (typeof AGENCY_ACTIONS)[number];

export const AgencySummary = AgencyRef.extend({
  scheme: z.enum(IDENTIFIER_SCHEMES),
  memberClass: z.enum(MEMBER_CLASSES),
  country: z.string(),
  state: z.enum(AGENCY_STATES),
  relation: z.enum(RELATIONS),
  agreement: PublicId("agr").nullable().meta({ description: "The open agreement with the caller's agency, if any." }),
  homeservers: z.array(HomeserverRef.extend({ platform: z.enum(PLATFORMS) })),
  connected: z.boolean().meta({ description: "False: the agency has no homeserver." }),
}).meta({ id: "AgencySummary" });
export type AgencySummary = z.infer<typeof AgencySummary>;

/** A step of joining, with the fix where it does not pass. */
export const ONBOARDING_CHECKS = ["incident_contact", "homeserver", "keys_pinned", "approver", "active"] as const;
export const OnboardingCheck = z.object({
  check: z.enum(ONBOARDING_CHECKS),
  state: z.enum(["pass", "fail", "unknown"]),
});

export const AgencyView = AgencySummary.extend({
  approversRequired: z.union([z.literal(1), z.literal(2)]),
  contacts: z.array(ContactView),
  onboarding: z.array(OnboardingCheck),
  openChanges: z.array(PublicId("chg")).meta({ description: "What waits for the agency's own approver." }),
  allowed: z.array(z.enum(AGENCY_ACTIONS)).meta({ description: "What the caller may do here." }),
  leavesAt: At.nullable().meta({ description: "When it leaves the federation, where that is decided." }),
  version: Version,
  createdAt: At,
}).meta({ id: "AgencyView" });
export type AgencyView = z.infer<typeof AgencyView>;

export const AgencyQuery = PageQuery.extend({
  q: z.string().max(120).optional(),
  state: z.enum(AGENCY_STATES).optional(),
  memberClass: z.enum(MEMBER_CLASSES).optional(),
  relation: z.enum(RELATIONS).optional(),
});
export type AgencyQuery = z.output<typeof AgencyQuery>;
export const AgencyPage = page(AgencySummary).meta({ id: "AgencyPage" });
export type AgencyPage = z.infer<typeof AgencyPage>;
