import type { Connector, Observed } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import type { Picture } from "#lib/data/reconcile.ts";
import type { Facts, Listed, PointSeen } from "#lib/domain/diagnosis.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { namesShutLocally } from "./desire.ts";
import { livingInstances } from "./judge.ts";

type Reading = Result<Observed, ConnectorFault> | undefined;

const FAULTS = { away: "away", refuses: "refuses", untrusted: "untrusted" } as const;

/** Whether the module or agent that enforces is alive, and what its clock says. */
export const pointOf = ({ point, server }: Picture, reading: Reading, now: Instant): PointSeen => {
  if (reading === undefined) {
    const code =
      point === undefined ? "no_enforcement_point" : server.keys.length === 0 ? "keys_not_pinned" : "no_connector";
    return { state: "none", code };
  }
  if (!reading.ok) {
    const { code, kind } = reading.error;
    return { state: code === "module_absent" ? "absent" : FAULTS[kind], code };
  }
  const { receipt, position, alarms } = reading.value;
  if (alarms.includes("stood_down")) return { state: "stood_down", code: "stood_down" };
  return {
    state: "alive",
    version: position?.version ?? 0,
    mode: receipt?.mode ?? server.mode,
    ...(receipt === undefined ? {} : { clockOff: receipt.clock - now }),
  };
};

/**
 * What a server's running processes obey about another, as it was read back from the server itself. A process that was
 * not asked name by name says nothing here.
 */
export const listedAt = (picture: Picture, reading: Reading, other: ServerName): Listed => {
  if (reading === undefined) return "unseen";
  // A module that was never given a list knows no key by which to believe a question either, and refuses it.
  const never = picture.head.confirmedAt === undefined;
  if (!reading.ok)
    return reading.error.kind === "refuses" && reading.error.code !== "module_absent" && never ? "no_list" : "unseen";
  const { receipt, position } = reading.value;
  if (receipt?.mode === "observe" || picture.server.mode === "observe") return "observes";
  const policies = livingInstances(reading.value).map(({ policy }) => policy);
  if (policies.some(({ mode }) => mode === "open")) return "open";
  const closed = policies.flatMap((policy) => (policy.mode === "closed" ? [policy.allow] : []));
  if (closed.length === 0) return position === undefined ? "no_list" : "unseen";
  if (closed.every((allow) => allow.has(other))) return "lists";
  if (receipt?.localDeny.includes(other) === true || namesShutLocally(picture).has(other)) return "shut_locally";
  return position === undefined ? "no_list" : "omits";
};

const isOpen = ({ evidence }: Picture, from: string, to: string): boolean =>
  evidence.some(
    (row) =>
      row.from === from &&
      row.to === to &&
      row.station === "observed" &&
      row.state === "reached" &&
      row.detail.desired === "open",
  );

/** Whether the sender's back-off is known to be forgotten, and whether the portal itself waits before it tries again. */
export const waitingOf = (from: Picture, to: Picture): NonNullable<Facts["waiting"]> => {
  const [a, b] = [from.server.id, to.server.id];
  const owed = to.evidence.some(
    (row) => row.detail.resetDue === true && [a, b].includes(row.from) && [a, b].includes(row.to),
  );
  const { attempts, nextAttemptAt } = to.head;
  return {
    owed,
    reset: !owed && isOpen(to, a, b) && isOpen(to, b, a),
    portalAttempts: attempts,
    ...(nextAttemptAt === undefined ? {} : { portalAgainAt: instant(nextAttemptAt) }),
  };
};

/**
 * What a server says of its own waiting before it sends to that name again: nothing, where it does not wait. Undefined
 * where its operator does not let it say, or nothing there could.
 */
export const sendingTo = async (
  connector: Connector | undefined,
  name: ServerName,
  signal: AbortSignal,
): Promise<Facts["sending"]> => {
  const shares = await connector?.insight?.shares(signal).catch(() => undefined);
  if (shares?.ok !== true) return undefined;
  const { servers, cut } = shares.value;
  const found = servers[name];
  if (found === undefined) return cut ? undefined : {};
  const { waitsUntil: until, failingSince: since } = found;
  return { ...(until === undefined ? {} : { until }), ...(since === undefined ? {} : { since }) };
};
