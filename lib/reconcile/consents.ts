import type { RecordedConsent } from "#lib/data/reconcile.ts";
import type { AllowList } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Consents } from "#lib/signing/make.ts";

type Signed = (reason: string, server: ServerName) => Consents | undefined;

/**
 * What agencies have signed of each entry of a server's list: only what is for just these terms, times and servers, since
 * an enforcement point counts nothing else (law 10). Of several signatures by one key the last stands.
 */
export const consentsIn = (consents: readonly RecordedConsent[], allow: AllowList, self: ServerName): Signed => {
  const byReason = Map.groupBy(consents, ({ reason }) => reason);
  const entry = new Map(allow.map(({ server, reasons }) => [server, reasons]));
  return (reason, server) => {
    const listed = entry.get(server)?.find(({ id }) => id === reason);
    const all: Record<string, Record<string, string>> = {};
    for (const { digest, from, until, signer, keyId, signatures } of byReason.get(reason) ?? []) {
      if (listed?.digest !== digest || listed.from !== from || listed.until !== until) continue;
      const pair = signatures.find(({ servers }) => servers.includes(self) && servers.includes(server));
      if (pair !== undefined) all[signer] = { ...all[signer], [keyId]: pair.signature };
    }
    return Object.keys(all).length === 0 ? undefined : all;
  };
};

/** Whether two ways of asking give the same signatures for every entry. */
export const sameConsents = (allow: AllowList, a: Signed, b: Signed): boolean =>
  allow.every(({ server, reasons }) =>
    reasons.every(({ id }) => {
      const [one, other] = [a(id, server), b(id, server)];
      return one === other || (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other));
    }),
  );
