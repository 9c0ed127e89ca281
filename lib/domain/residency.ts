import { EEA, isCountry } from "./countries.ts";
import { isAddress, type ServerName, splitServerName } from "./server-name.ts";
import type { ResidencyRule } from "./terms.ts";

/**
 * How a server stands to an agreement's rule. `doubtful`: declared within it, but its name leads to a host under the
 * domain of a country outside; a hint, which people look into.
 */
export const RESIDENCY_VERDICTS = ["ok", "outside", "undeclared", "doubtful"] as const;
export type ResidencyVerdict = (typeof RESIDENCY_VERDICTS)[number];

export type StandingServer = {
  readonly serverName: string;
  /** As its agency declared it: ISO 3166-1 alpha-2. */
  readonly country: string | undefined;
  /** The name that its well-known file delegates to, where it has one. */
  readonly delegatedTo?: string | undefined;
};

export type ResidencyFinding = {
  readonly serverName: string;
  readonly verdict: ResidencyVerdict;
  readonly country: string | undefined;
  /** Where the name leads, if that is why the declaration is doubted. */
  readonly leadsTo: string | undefined;
};

/** Domains of countries that are sold to all the world: they hint at no country. */
const SOLD_TO_ALL: ReadonlySet<string> = new Set("ac ai cc co fm gg io la li me nu sh so to tv ws".split(" "));

/** The country whose domain a host stands under; undefined for an address and for a domain that is no country's. */
export const countryOfHost = (name: string): string | undefined => {
  const { host } = splitServerName(name as ServerName);
  if (isAddress(host)) return undefined;
  const top = host.split(".").at(-1)?.toLowerCase() ?? "";
  if (SOLD_TO_ALL.has(top)) return undefined;
  const code = top === "uk" ? "GB" : top.toUpperCase();
  return isCountry(code) ? code : undefined;
};

/** Whether a country is within the rule. Sweden and the European Economic Area, as `countries.ts` lists it. */
const isWithin = (rule: ResidencyRule, country: string): boolean => {
  if (rule === "anywhere") return true;
  return rule === "sweden" ? country === "SE" : EEA.includes(country);
};

const findingOf = (rule: ResidencyRule, { serverName, country, delegatedTo }: StandingServer): ResidencyFinding => {
  const found = (verdict: ResidencyVerdict, leadsTo?: string) => ({ serverName, verdict, country, leadsTo });
  if (rule === "anywhere") return found("ok");
  if (country === undefined) return found("undeclared");
  if (!isWithin(rule, country)) return found("outside");
  const hinted = delegatedTo === undefined ? undefined : countryOfHost(delegatedTo);
  return hinted === undefined || isWithin(rule, hinted) ? found("ok") : found("doubtful", delegatedTo);
};

/** Each server of both sides against the rule, in the order given. What is declared decides; a hint only raises doubt. */
export const residencyOf = (rule: ResidencyRule, servers: readonly StandingServer[]): readonly ResidencyFinding[] =>
  servers.map((server) => findingOf(rule, server));
