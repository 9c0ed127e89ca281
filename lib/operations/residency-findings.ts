import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import type { AgreementRecord } from "#lib/data/trust.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { type ResidencyFinding, residencyOf, type StandingServer } from "#lib/domain/residency.ts";

/** Where a server stands: what its agency declared, and where its name was last seen to lead. */
export const standingOf = ({ serverName, country, steps }: HomeserverRecord): StandingServer => {
  const led = steps.find(({ step }) => step === "well_known")?.detail["server"];
  return { serverName, country, delegatedTo: typeof led === "string" && led !== serverName ? led : undefined };
};

/** Each server of both sides against the rule of the agreement's terms; nothing where they have no rule. */
export const residencyFindings = (
  { latest }: AgreementRecord,
  servers: ReadonlyMap<HomeserverId, HomeserverRecord>,
): readonly ResidencyFinding[] => {
  const rule = latest?.terms.content?.residency;
  if (latest === undefined || rule === undefined) return [];
  const named = latest.servers.flatMap(({ id }) => servers.get(id) ?? []);
  return residencyOf(rule, named.map(standingOf));
};
