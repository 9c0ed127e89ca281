import { sha256 } from "#lib/platform/digest.ts";

const LENGTH = 16;

/**
 * A provider's id, derived from its issuer: an account is kept by provider and subject, so two issuers can never share an
 * id, and one whose setting is renamed keeps its people.
 */
export const providerIdOf = (issuer: string): string => Buffer.from(sha256(issuer)).toString("hex").slice(0, LENGTH);

/** Where the provider sends people back to: the redirect URI to register there. */
export const callbackUrlOf = (baseUrl: string, issuer: string): string =>
  `${baseUrl}/api/auth/callback/${providerIdOf(issuer)}`;
