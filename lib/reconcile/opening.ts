import type { Connector } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { EnforcementPoint, KnownServer } from "#lib/data/reconcile.ts";
import { credentialContext, fieldsNeeded } from "#lib/domain/enforcement.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { unseal } from "#lib/platform/sealing.ts";
import type { SealingKey } from "#lib/signing/sealing-key.ts";

/** Opened fields: they live in the worker's memory and nowhere else. */
type Opened = Readonly<Record<string, string>>;

/**
 * Opens the credential that an enforcement point is to be reached with.
 *
 * @returns nothing to open where its kind needs none; `credential_unreadable` where it was sealed to another key, or for
 *   another agency, server, address or field than it now stands at
 */
export const openCredential = (
  sealing: SealingKey | undefined,
  server: KnownServer,
  point: EnforcementPoint,
): Result<Opened, "credential_missing" | "credential_unreadable"> => {
  const needs = fieldsNeeded(point.kind);
  if (needs.length === 0) return ok({});
  const { credential, baseUrl, id, kind } = point;
  if (credential === undefined || baseUrl === undefined) return err("credential_missing");
  const { agency } = credential;
  if (sealing?.keyId !== credential.keyId || !server.agencies.some((each) => each === agency))
    return err("credential_unreadable");
  const opened: Record<string, string> = {};
  for (const field of needs) {
    const context = credentialContext({ agency, homeserver: server.id, point: id, kind, baseUrl, field });
    const secret = unseal(sealing.privateKey, context, credential.sealed[field] ?? "");
    if (!secret.ok) return err("credential_unreadable");
    opened[field] = secret.value;
  }
  return ok(opened);
};

/** What a server says back is stored and shown: if it repeats a secret, the secret is taken out first. */
export const withoutSecrets = (connector: Connector, opened: Opened): Connector => {
  const secrets = Object.values(opened);
  if (secrets.length === 0) return connector;
  const clean = (text: string): string => secrets.reduce((left, secret) => left.replaceAll(secret, "…"), text);
  const cleaned = async <T>(answer: Promise<Result<T, ConnectorFault>>): Promise<Result<T, ConnectorFault>> => {
    try {
      const result = await answer;
      return result.ok ? result : err({ ...result.error, detail: clean(result.error.detail) });
    } catch (thrown) {
      return err({ code: "broken", detail: clean(thrown instanceof Error ? thrown.message : ""), kind: "away" });
    }
  };
  const { resetDestination } = connector;
  return {
    ...connector,
    apply: (change, signal) => cleaned(connector.apply(change, signal)),
    observe: async (signal) => {
      const seen = await cleaned(connector.observe(signal));
      return seen.ok ? ok({ ...seen.value, detail: clean(seen.value.detail) }) : seen;
    },
    resetDestination: resetDestination === false ? false : (name, signal) => cleaned(resetDestination(name, signal)),
  };
};
