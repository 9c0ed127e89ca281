import type { ServerName } from "#lib/domain/server-name.ts";

/** What one request on the federation listener shows. Open and listed look alike: the control tells them apart. */
export type Verdict = "listed_or_open" | "not_listed" | "unknown";

/** How a platform is asked whether it lists an origin, and what its answers mean. */
export type ProbeRule = {
  /** Path and query of a route that the platform guards by its list. */
  readonly uri: (destination: ServerName) => string;
  /** Whether the answer to a route that lets one in must bear `/version`'s form, or any JSON. */
  readonly form: "version" | "json";
  readonly verdictOf: (status: number, errcode: string | undefined, error: string) => Verdict;
  /** Whether a build may be about that lets in every name that ends as a listed one. */
  readonly mayMatchSuffix: boolean;
};

/** What our own proxy rules answer in front of any server: it begins as Synapse's own refusal does. */
export const PROXY_REFUSAL = "Federation denied with this origin.";

/**
 * What Synapse's answer means (`federation/transport/server/_base.py`): it refuses an origin that is not listed before
 * it looks at the signature, so 403 is "not listed" and 401 or 200 "listed, or no list at all". A 403 of anything else
 * (a proxy's HTML) and a 401 for another destination say nothing.
 */
export const verdictOf: ProbeRule["verdictOf"] = (status, errcode, error) => {
  if (status === 403 && errcode === "M_FORBIDDEN" && error.startsWith("Federation denied with")) return "not_listed";
  if (status === 401 && errcode === "M_UNAUTHORIZED" && !/destination|missing/i.test(error)) return "listed_or_open";
  return status === 200 ? "listed_or_open" : "unknown";
};

const SYNAPSE: ProbeRule = {
  uri: () => "/_matrix/federation/v1/version",
  form: "version",
  verdictOf,
  mayMatchSuffix: false,
};

/**
 * Rocket.Chat serves `/version` to everyone, and refuses by its list before it looks at the signature. "Federation is
 * not enabled" bears no errcode: it says nothing of the list.
 */
const ROCKETCHAT: ProbeRule = {
  uri: (destination) =>
    `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(`@tillit-probe:${destination}`)}`,
  form: "json",
  verdictOf: (status, errcode, error) => {
    if (status === 403 && errcode === "M_FORBIDDEN")
      return error === "Federation from this domain is not allowed." || error === PROXY_REFUSAL
        ? "not_listed"
        : "unknown";
    if (status === 401 && errcode === "M_UNAUTHORIZED")
      return error === "Invalid or missing signature" ? "listed_or_open" : "unknown";
    return status === 200 || (status === 404 && errcode === "M_NOT_FOUND") ? "listed_or_open" : "unknown";
  },
  mayMatchSuffix: true,
};

const RULES: Readonly<Record<string, ProbeRule>> = { rocketchat: ROCKETCHAT };

/** The rule of a platform; one that is not known is asked as Synapse is. */
export const probeRuleOf = (platform: string | undefined): ProbeRule => RULES[platform ?? ""] ?? SYNAPSE;
