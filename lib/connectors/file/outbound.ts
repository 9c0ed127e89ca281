import type { ServerName } from "#lib/domain/server-name.ts";
import { type DiscoveryOptions, type DiscoveryStep, discover } from "#lib/matrix/discovery.ts";
import type { FileSettings } from "./settings.ts";
import { outboundOf } from "./templates/squid.ts";
import type { Outbound } from "./templates/template.ts";

/** Whether a step saw what is there, rather than failing to look. */
const isSure = ({ state, detail }: DiscoveryStep): boolean => state === "pass" && detail["code"] === undefined;

/**
 * Finds where the listed servers are, for templates that hold outbound connections: asked anew at each call. Where
 * looking failed, what was found before stays: a name server that is away for a minute must cut nobody.
 */
export const newOutbound = (
  options: Omit<DiscoveryOptions, "signal" | "onStep" | "override">,
): NonNullable<FileSettings["outbound"]> => {
  const before = new Map<ServerName, readonly Outbound[]>();
  const find = async (name: ServerName, signal: AbortSignal): Promise<readonly [ServerName, readonly Outbound[]]> => {
    const { steps, target } = await discover(name, { ...options, signal });
    const known = before.get(name);
    if (known !== undefined && !steps.every(isSure)) return [name, known];
    const found = outboundOf(name, target);
    before.set(name, found);
    return [name, found];
  };
  return async (names, signal) => {
    const listed = new Set(names);
    for (const name of before.keys()) if (!listed.has(name)) before.delete(name);
    return Object.fromEntries(await Promise.all(names.map((name) => find(name, signal))));
  };
};
