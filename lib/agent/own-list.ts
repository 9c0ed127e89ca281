import type { Connector, SignedList } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { planChange } from "#lib/domain/allow-list.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";

/** An operator's own wish in the form that connectors take: under no signature, and in no order of versions. */
export const ownList = (audience: ServerName, names: readonly ServerName[], now: Instant): SignedList => ({
  audience,
  epoch: 0,
  version: 0,
  digest: digestOf({ own: [...names] }),
  mode: "enforce",
  expiresAt: now,
  names,
  keyset: "",
  list: "",
});

/**
 * Shuts a server without any list: for the hand of its operator, and for when the agent has ended.
 *
 * @returns `awaiting_restart` where the server reads its list only when it starts
 */
export const shutServer = async (
  connector: Connector,
  audience: ServerName,
  now: Instant,
  signal: AbortSignal,
): ReturnType<Connector["apply"]> => {
  const seen = await connector.observe(signal);
  const stored = seen.ok && seen.value.stored.mode === "closed" ? seen.value.stored.allow : new Set<ServerName>();
  const change = { list: ownList(audience, [], now), plan: planChange(stored, new Set()), own: true };
  return connector.apply(change, signal).catch((thrown: unknown): Result<never, ConnectorFault> => {
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return err({ code: "broken", detail, kind: "away" });
  });
};
