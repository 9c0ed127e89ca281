import { canonicalJson } from "./canonical.ts";

/**
 * Kinds of enforcement point. An agent is never called: it asks for its list and gives receipts. A Mattermost enforces
 * nothing: it is watched. With all others the portal itself speaks.
 */
export const POINT_KINDS = ["synapse_module", "agent", "element_ess", "rocketchat", "mattermost"] as const;
export type PointKind = (typeof POINT_KINDS)[number];

export const isPointKind = (text: string): text is PointKind => POINT_KINDS.some((kind) => kind === text);

/** The fields of a credential, one by one secret or half of one. */
export const CREDENTIAL_FIELDS = ["adminToken", "userId", "authToken", "accessToken"] as const;
export type CredentialField = (typeof CREDENTIAL_FIELDS)[number];

const NEEDS: Readonly<Record<PointKind, readonly CredentialField[]>> = {
  synapse_module: [],
  agent: [],
  element_ess: ["adminToken"],
  rocketchat: ["userId", "authToken"],
  mattermost: ["accessToken"],
};

/** Which fields the portal needs before it can speak with that kind; none where the list's own signature is enough. */
export const fieldsNeeded = (kind: string): readonly CredentialField[] => (isPointKind(kind) ? NEEDS[kind] : []);

export const CREDENTIAL_STATES = ["testing", "failed", "active"] as const;
export type CredentialState = (typeof CREDENTIAL_STATES)[number];

/** Where one field of a credential belongs. */
export type CredentialPlace = {
  readonly agency: string;
  readonly homeserver: string;
  readonly point: string;
  readonly kind: string;
  /** The address to which the credential may be sent, and no other. */
  readonly baseUrl: string;
  readonly field: string;
};

/**
 * What a field is sealed for: moved to another tenant, server, address or field, the sealed text does not open. The
 * address is part of it so that whoever can change where the portal calls cannot have the credential sent there.
 */
export const credentialContext = ({ agency, homeserver, point, kind, baseUrl, field }: CredentialPlace): string =>
  canonicalJson({ type: "tillit.credential.v1", agency, homeserver, point, kind, base_url: baseUrl, field });
