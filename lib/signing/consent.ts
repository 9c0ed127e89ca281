import type { Instant } from "#lib/domain/instant.ts";
import { DAY } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import type { ListReason } from "./documents.ts";
import { consentDocument } from "./make.ts";

/** Longest time that an agency's consent may cover (law 10). */
export const MOST_CONSENT = 400 * DAY;

type ConsentPins = {
  readonly federation: string;
  readonly audience: ServerName;
  readonly requireConsents: boolean;
  readonly consentKeys: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/**
 * Whether a reason counts under law 10: every agency whose key the operator pinned has signed exactly this reason, for
 * exactly this pair of servers and these times. True where the operator requires no consents.
 */
export const verifyConsents = (pins: ConsentPins, server: ServerName, reason: ListReason): boolean => {
  if (!pins.requireConsents) return true;
  const { from, until } = reason;
  const agencies = Object.entries(pins.consentKeys);
  if (from === undefined || until === undefined || until - from > MOST_CONSENT || agencies.length === 0) return false;
  const content = consentDocument({
    federation: pins.federation,
    reason: reason.id,
    digest: reason.digest,
    servers: [pins.audience, server],
    from: from as Instant,
    until: until as Instant,
  });
  return agencies.every(([agency, keys]) => {
    const signatures = { [agency]: reason.consents?.[agency] ?? {} };
    return Object.entries(keys).some(([id, key]) => verifySignedJson({ ...content, signatures }, agency, id, key).ok);
  });
};
