import type { Alarm, Connector, Limits, Observed, Receipt } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { toReceipt } from "#lib/connectors/synapse/wire.ts";
import { type Agent, getAgent, listOfDigest } from "#lib/data/agents.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { silentSince } from "#lib/domain/agent.ts";
import { openNames, type Policy, type Unknown } from "#lib/domain/allow-list.ts";
import { parseCanonical } from "#lib/domain/canonical.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { MAX_ENTRIES, readList, readReceipt } from "#lib/signing/documents.ts";
import { verifyReceipt } from "#lib/signing/receipts.ts";
import { allowOf } from "./desire.ts";

/** What a program beside the server can do, whatever it drives there: what its vendor cannot, its own receipt says. */
export const PULLED_LIMITS: Limits = {
  takesEffect: "when_asked",
  effectWithin: 60_000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: false,
  verifiesSignature: true,
};

export type PulledSettings = {
  readonly federation: string;
  readonly serverName: ServerName;
  readonly homeserver: HomeserverId;
  readonly point: string;
  readonly clock: Clock;
};

type Read = { readonly agent: Agent | undefined; readonly list: string | undefined };

const answersOf = (bytes: string | undefined): string => {
  const read = bytes === undefined ? undefined : readReceipt(bytes);
  return read?.ok === true ? read.value.fields.answers : "";
};

const readNow = async ({ point, homeserver }: PulledSettings): Promise<Read> => {
  const read = await asWorker(async (tx) => {
    const agent = await getAgent(tx, point);
    const list = await listOfDigest(tx, homeserver, answersOf(agent?.receipt));
    return ok({ agent, list });
  });
  return read.ok ? read.value : { agent: undefined, list: undefined };
};

const fault = (code: string, detail: string, kind: ConnectorFault["kind"]): Result<never, ConnectorFault> =>
  err({ code, detail, kind });

/** What keeps an agent's word from counting, gravest first. */
const faultOf = (agent: Agent | undefined, now: number): Result<never, ConnectorFault> | undefined => {
  if (agent === undefined) return fault("agent_not_enrolled", "", "away");
  if (agent.doubledAt !== undefined) return fault("agent_doubled", "", "untrusted");
  if (agent.clockOff !== undefined) return fault("agent_clock", `${agent.clockOff} ms`, "away");
  return silentSince(agent, now) ? fault("agent_silent", "", "away") : undefined;
};

/** The names that the list opens there by the receipt's own clock, less what the operator denies. */
const namesObeyed = (bytes: string, receipt: Receipt): readonly ServerName[] => {
  const read = readList(bytes);
  if (!read.ok || (receipt.stale && read.value.fields.when_stale === "shut")) return [];
  const denied = new Set(receipt.localDeny);
  return [...openNames(allowOf(bytes) ?? [], receipt.clock)].filter((name) => !denied.has(name)).toSorted();
};

/** A receipt says what is obeyed by its digest: what the list and the deny file come to must give the same. */
const policyOf = (receipt: Receipt, list: string | undefined): Policy | Unknown => {
  if (receipt.effectiveDigest === digestOf({ mode: "open" })) return { mode: "open" };
  const names = list === undefined ? [] : namesObeyed(list, receipt);
  const same = receipt.effectiveDigest === digestOf({ mode: "closed", allow: [...names] });
  return same ? { mode: "closed", allow: new Set(names) } : { mode: "unknown", why: "names_not_told" };
};

const verified = (settings: PulledSettings, agent: Agent, bytes: string): Result<Receipt, ConnectorFault> => {
  const form = readReceipt(bytes);
  if (!form.ok) return fault("receipt_invalid", form.error.code, "untrusted");
  const { sequence, answers } = form.value.fields;
  const read = verifyReceipt(bytes, {
    federation: settings.federation,
    audience: settings.serverName,
    signedBy: settings.serverName,
    keys: { [agent.keyId]: agent.key },
    above: sequence - 1,
    answers,
  });
  if (!read.ok) return fault("receipt_invalid", `${read.error.code} ${read.error.detail}`.trim(), "untrusted");
  return ok(toReceipt(read.value.fields, bytes));
};

/** What stands in the agent's way at its server, as it says itself: `code: words`. */
const obstacleOf = ({ software }: Receipt): { readonly code: string; readonly detail: string } | undefined => {
  const said = parseCanonical(software);
  if (!said.ok || typeof said.value !== "object" || said.value === null || Array.isArray(said.value)) return undefined;
  const { fault } = said.value as Readonly<Record<string, unknown>>;
  if (typeof fault !== "string") return undefined;
  const [, code = "agent_fault", detail = ""] = /^([a-z_]{1,40}): ?(.*)$/s.exec(fault) ?? [];
  return { code, detail };
};

const NOTHING_YET: Observed = {
  stored: { mode: "unknown", why: "no_list_yet" },
  effective: [],
  alarms: [],
  detail: "",
};

const observeWith = async (settings: PulledSettings): Promise<Result<Observed, ConnectorFault>> => {
  const { agent, list } = await readNow(settings);
  const amiss = faultOf(agent, settings.clock.now());
  if (amiss !== undefined) return amiss;
  if (agent?.receipt === undefined) return ok(NOTHING_YET);
  const read = verified(settings, agent, agent.receipt);
  if (!read.ok) return read;
  const receipt = read.value;
  const obstacle = obstacleOf(receipt);
  const awaitsRestart = obstacle?.code === "awaiting_restart";
  if (obstacle !== undefined && !awaitsRestart) return fault(obstacle.code, obstacle.detail, "refuses");
  const policy = policyOf(receipt, list);
  const { epoch, version, digest, mode, instances } = receipt;
  const opened: readonly Alarm[] = policy.mode === "open" && mode === "enforce" ? ["open"] : [];
  const names = list === undefined ? undefined : openNames(allowOf(list) ?? [], instant(receipt.clock));
  return ok({
    stored: names === undefined ? { mode: "unknown", why: "no_list_yet" } : { mode: "closed", allow: names },
    effective: instances.map((one) => ({ ...one, policy })),
    ...(version === 0 ? {} : { position: { epoch, version, digest } }),
    receipt,
    alarms: opened,
    ...(awaitsRestart ? { awaitsRestart } : {}),
    detail: "",
  });
};

/**
 * An enforcement point that cannot be called: what it holds is what its last receipt says, and sending is telling it that
 * there is something to ask for. The receipt was verified when it came and is verified here again, by its enrolled key.
 */
export const pulledConnector = (settings: PulledSettings): Connector => ({
  kind: "agent",
  limits: PULLED_LIMITS,
  observe: () => observeWith(settings),
  apply: async () => {
    const { agent } = await readNow(settings);
    const amiss = faultOf(agent, settings.clock.now());
    if (amiss !== undefined) return amiss;
    const id = toPublicId("hs", settings.homeserver);
    await asWorker(async (tx) => ok(await notifyEvent(tx, { topic: "homeserver", id, version: 0 })));
    return ok("applied");
  },
  resetDestination: false,
});
