import type { OverviewView } from "#lib/contracts/overview.ts";
import { getAgencies, hasApprover } from "#lib/data/directory.ts";
import { lastHeartbeat } from "#lib/data/inbox.ts";
import { inTransaction, type Tx } from "#lib/data/transaction.ts";
import { listAgreements } from "#lib/data/trust.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import type { Status } from "#lib/domain/statuses.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { sceneOf } from "./agreement-scene.ts";
import { agreementSummary } from "./agreement-views.ts";
import { inboxItems } from "./read-inbox.ts";

const MANY = 200;
const TOP = 5;
/** A worker that has shown no sign of life for this long is taken to have stopped. */
export const HEARTBEAT_LIFE = 2 * MINUTE;

const DRIFT: ReadonlySet<Status> = new Set<Status>(["differs", "shut_locally", "open_alarm", "held", "stale"]);

type Facts = { readonly statuses: readonly Status[]; readonly needsYou: number; readonly alive: boolean };

/** One sentence: the gravest thing first. Monitoring that stopped outranks all, since nothing below it can be believed. */
const sentenceOf = ({ statuses, needsYou, alive }: Facts): OverviewView["sentence"] => {
  if (statuses.length > 0 && !alive) return "monitoring_stopped";
  if (statuses.includes("open_alarm")) return "alarm";
  if (statuses.some((status) => DRIFT.has(status))) return "drift";
  if (statuses.includes("unreachable")) return "unreachable";
  if (needsYou > 0) return "needs_you";
  return statuses.length === 0 ? "empty" : "all_well";
};

const tasksOf = async (tx: Tx, actor: Actor, asked: boolean): Promise<OverviewView["tasks"]> => {
  const mine = await getAgencies(tx, agenciesOf(actor));
  const approvers = await Promise.all(mine.map(({ id }) => hasApprover(tx, id)));
  return [
    { task: "add_agency", done: mine.length > 0 },
    { task: "activate_agency", done: mine.some(({ state }) => state === "active") },
    { task: "add_homeserver", done: mine.some(({ homeservers }) => homeservers.length > 0) },
    { task: "invite_approver", done: approvers.includes(true) },
    { task: "request_trust", done: asked },
  ];
};

const aliveAt = (seen: Instant | undefined, now: Instant): boolean =>
  seen !== undefined && now - seen <= HEARTBEAT_LIFE;

/** Is anything wrong, is anything waiting for me: the data of one sentence, three counts and what is at the top. */
export const readOverview = (actor: Actor, _input: object): Promise<Result<OverviewView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const now = systemClock.now();
    const records = await listAgreements(tx, { notStage: "closed" }, undefined, MANY);
    const scene = await sceneOf(tx, records);
    const agreements = records.map((record) => agreementSummary(actor, record, scene));
    const waiting = (await inboxItems(tx, actor)).filter(({ direction }) => direction === "incoming");
    const agreed = agreements.filter(({ stage, mine }) => stage === "agreed" && mine !== null);
    const statuses = agreed.map(({ status }) => status);
    const seen = await lastHeartbeat(tx);
    const alive = aliveAt(seen, now);
    return ok({
      sentence: sentenceOf({ statuses, needsYou: waiting.length, alive }),
      counts: {
        needsYou: waiting.length,
        drift: statuses.filter((status) => DRIFT.has(status)).length,
        unreachable: statuses.filter((status) => status === "unreachable").length,
      },
      inForce: { count: statuses.filter((status) => status === "in_force").length, of: statuses.length },
      monitoring: { state: alive ? ("running" as const) : ("stopped" as const), lastSeenAt: seen ?? null },
      top: waiting.slice(0, TOP),
      agreements,
      tasks: await tasksOf(
        tx,
        actor,
        agreements.some(({ mine }) => mine === "home"),
      ),
      at: now,
    });
  });
