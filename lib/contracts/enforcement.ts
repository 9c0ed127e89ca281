import { z } from "zod";
import { CREDENTIAL_FIELDS, CREDENTIAL_STATES, POINT_KINDS } from "#lib/domain/enforcement.ts";
import { AgentView } from "./agents.ts";
import { At, HomeserverRef, idInput, PersonRef, PublicId } from "./common.ts";

/** An address to which a credential may be sent: https, no user, query or fragment; kept without a slash at its end. */
const baseUrl = z
  .url({ protocol: /^https$/ })
  .max(500)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { username, password, search, hash } = new URL(text);
    return username === "" && password === "" && search === "" && hash === "";
  })
  .transform((text) => (URL.canParse(text) ? new URL(text).href.replace(/\/+$/, "") : text));

/** How the portal drives a homeserver: by which interface and, where that has an address of its own, at which. */
export const SetPoint = z
  .strictObject({ kind: z.enum(POINT_KINDS), baseUrl: baseUrl.nullable().default(null) })
  .meta({ id: "SetPoint" });
export type SetPoint = z.output<typeof SetPoint>;

// Printable ASCII: what a header can carry, so that nothing given here ends one header and begins another.
const secret = z
  .string()
  .trim()
  .min(1)
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/);

/** A credential, field by field. It is sealed at once, tested by the worker, and never answered again. */
export const GiveCredential = z
  .strictObject({ fields: z.partialRecord(z.enum(CREDENTIAL_FIELDS), secret) })
  .meta({ id: "GiveCredential" });
export type GiveCredential = z.output<typeof GiveCredential>;

/** All that is told of a credential. The secret itself is nowhere in the interface. */
export const CredentialView = z
  .object({
    id: PublicId("crd"),
    state: z.enum(CREDENTIAL_STATES),
    fields: z.array(z.string()),
    insisted: z.boolean().meta({ description: "In use though its test did not pass: a person insisted." }),
    givenBy: PersonRef,
    givenAt: At,
    testedAt: At.nullable(),
    testCode: z.string().nullable().meta({ description: "`passed`, or why the test did not pass." }),
    activeSince: At.nullable(),
    lastUsedAt: At.nullable(),
    lastUseCode: z.string().nullable().meta({ description: "`passed`, or what the server answered last." }),
  })
  .meta({ id: "CredentialView" });
export type CredentialView = z.infer<typeof CredentialView>;

export const CREDENTIAL_ACTIONS = ["choose", "give", "insist", "remove", "enrol"] as const;

/** Names the homeserver behind a platform's bridge to Matrix; null for none. */
export const SetBridge = z.strictObject({ behind: idInput("hs").nullable() }).meta({ id: "SetBridge" });
export type SetBridge = z.output<typeof SetBridge>;

/** A platform that reaches Matrix over a bridge: the list is the homeserver's behind it, and the platform is watched. */
export const BridgeView = z
  .object({
    behind: HomeserverRef.nullable(),
    version: z.string().nullable(),
    bridge: z.enum(["running", "off", "absent"]).nullable(),
    sync: z.boolean().nullable(),
    address: z.string().nullable(),
    server: z.string().nullable().meta({ description: "Which homeserver answers there, by its own word." }),
    agrees: z.boolean().nullable().meta({ description: "Whether that is the one named; null where it is not known." }),
    code: z.string().nullable(),
    at: At.nullable(),
  })
  .meta({ id: "BridgeView" });
export type BridgeView = z.infer<typeof BridgeView>;

/** What enforces for a homeserver, and the credentials by which the portal reaches it. */
export const EnforcementView = z
  .object({
    kind: z.enum(POINT_KINDS).nullable(),
    baseUrl: z.string().nullable(),
    point: PublicId("ep").nullable().meta({ description: "Under what name it asks and gives receipts." }),
    detected: z.string().nullable().meta({ description: "The interface that answered when the portal last looked." }),
    detectedAt: At.nullable(),
    needs: z.array(z.enum(CREDENTIAL_FIELDS)),
    sealing: z.boolean().meta({ description: "False until the worker has published its key." }),
    active: CredentialView.nullable(),
    candidate: CredentialView.nullable(),
    agent: AgentView.nullable().meta({ description: "Null where none has enrolled." }),
    codeUntil: At.nullable().meta({ description: "When the enrolment code runs out that waits to be used." }),
    bridge: BridgeView.nullable().meta({ description: "Null for a server that speaks Matrix itself." }),
    proposed: PublicId("chg").nullable().meta({ description: "A change that waits for the agency's approver." }),
    allowed: z.array(z.enum(CREDENTIAL_ACTIONS)),
  })
  .meta({ id: "EnforcementView" });
export type EnforcementView = z.infer<typeof EnforcementView>;
