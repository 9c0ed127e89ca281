import type { Platform } from "./directory.ts";
import { type ServerName, splitServerName } from "./server-name.ts";

/** What a platform cannot do, by message code: `limits.<code>`. Said before anyone relies on it. */
export const LIMITS = [
  "no_connector",
  "restart_needed",
  "inbound_only",
  "no_effective_reading",
  "minute_to_effect",
  "no_ports",
  "no_signature",
] as const;
export type Limit = (typeof LIMITS)[number];

const LIMITS_OF: Readonly<Partial<Record<string, readonly Limit[]>>> = {
  synapse: [],
  element_ess: ["no_signature"],
  rocketchat: ["inbound_only", "minute_to_effect", "no_ports", "no_signature"],
};

/** What a server of this platform cannot do; one that the portal does not speak with has its list entered by hand. */
export const limitsOf = (platform: string): readonly Limit[] => LIMITS_OF[platform] ?? ["no_connector"];

type Server = { readonly platform: Platform | string; readonly serverName: ServerName | string };

const statesPort = ({ serverName }: Server): boolean =>
  serverName.startsWith("[") || splitServerName(serverName as ServerName).port !== undefined;

/**
 * The first pair of servers that cannot federate whatever anyone decides: Rocket.Chat takes what follows the last colon
 * of a name for something else, so a server whose name states a port cannot reach it, nor be reached.
 */
export const impossiblePair = (
  ones: readonly Server[],
  others: readonly Server[],
): { readonly named: string; readonly rocketchat: string } | undefined => {
  const pairs = ones.flatMap((a) => others.flatMap((b) => [[a, b] as const, [b, a] as const]));
  const found = pairs.find(([a, b]) => statesPort(a) && b.platform === "rocketchat");
  return found === undefined ? undefined : { named: found[0].serverName, rocketchat: found[1].serverName };
};
