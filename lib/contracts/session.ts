import { z } from "zod";
import { ROLES } from "#lib/domain/access.ts";
import { ENVIRONMENTS } from "#lib/domain/directory.ts";
import { AgencyRef, At, PersonRef, PublicId, text } from "./common.ts";

export const OperatorRef = z.object({ id: PublicId("opr"), name: z.string() }).meta({ id: "OperatorRef" });

/** One role that a person holds: in an agency, for an operator, or (neither) for the federation. */
export const MembershipView = z
  .object({
    id: PublicId("mem"),
    role: z.enum(ROLES),
    agency: AgencyRef.nullable(),
    operator: OperatorRef.nullable(),
    since: At,
  })
  .meta({ id: "MembershipView" });
export type MembershipView = z.infer<typeof MembershipView>;

/** Why this session may not decide. Null: it may. */
export const CANNOT_DECIDE = ["tokens_never_decide", "acr_too_low", "link_session_cannot_decide"] as const;

/** Who is signed in. Without memberships the reader is a stranger: the page says so, and how to ask. */
export const SessionView = z
  .object({
    person: PersonRef,
    locale: z.enum(["sv", "en"]),
    method: z.enum(["oidc", "link", "token"]).meta({ description: "`link`: shown as a banner on each page." }),
    provider: z.string().nullable().meta({ description: "Label of the identity provider." }),
    acr: z.string().nullable(),
    requiredAcr: z.string().nullable(),
    cannotDecide: z.enum(CANNOT_DECIDE).nullable(),
    memberships: z.array(MembershipView),
    federation: z.object({ id: z.string(), name: z.string(), environment: z.enum(ENVIRONMENTS) }),
  })
  .meta({ id: "SessionView" });
export type SessionView = z.infer<typeof SessionView>;

export const UpdateSession = z.strictObject({ locale: z.enum(["sv", "en"]) }).meta({ id: "UpdateSession" });
export type UpdateSession = z.output<typeof UpdateSession>;

/** A one-time secret as a link's fragment carries it. */
export const secretInput = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Asks for a one-time link by mail. The answer is the same whether or not the address is known. */
export const RequestLink = z.strictObject({ email: z.email().max(254) }).meta({ id: "RequestLink" });
export type RequestLink = z.output<typeof RequestLink>;

export const RedeemLink = z.strictObject({ token: secretInput }).meta({ id: "RedeemLink" });
export type RedeemLink = z.output<typeof RedeemLink>;

export const reasonInput = text(500);
