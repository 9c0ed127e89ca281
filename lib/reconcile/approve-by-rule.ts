import { approvesFor, getApprovalRule, rulesInForce, waitingFor } from "#lib/data/approval-rules.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { barredParty, brokenMinimum } from "#lib/data/federation-rules.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { subscribe } from "#lib/data/listen.ts";
import { lockName } from "#lib/data/rules.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import {
  type AgreementRecord,
  appendDecision,
  factsOf,
  getAgreement,
  lockAgreement,
  saveStage,
  stateOf,
} from "#lib/data/trust.ts";
import { trustNews } from "#lib/data/trust-news.ts";
import { type ApprovalRule, judgeBy, mayConsent, ruleLock, STAGE_OF } from "#lib/domain/approval-rule.ts";
import { type AgreementId, type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { askedOf } from "#lib/domain/rules.ts";
import { awaitedAgencies, hasExpired } from "#lib/domain/trust.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { log } from "#lib/platform/log.ts";

const FIRST = "00000000-0000-0000-0000-000000000000";
const PAGE = 100;

/** Whether the request waits for this rule's agency, fits the rule, and keeps what the federation demands of all. */
const fitsNow = async (tx: Tx, rule: ApprovalRule, record: AgreementRecord, now: Instant): Promise<boolean> => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  if (facts === undefined || state === undefined || record.latest === undefined) return false;
  if (state.stage !== STAGE_OF[rule.direction] || hasExpired(facts, now)) return false;
  if (!awaitedAgencies(facts, state).includes(rule.agency)) return false;
  const agencies = await getAgencies(
    tx,
    record.parties.map(({ agency }) => agency),
  );
  if (agencies.length !== record.parties.length || agencies.some((each) => each.state !== "active")) return false;
  const { terms } = record.latest;
  const own = record.parties.find(({ agency }) => agency === rule.agency)?.side;
  const there = record.parties.filter(({ side }) => side !== own).map(({ agency }) => agency);
  const others = agencies.filter(({ id }) => there.includes(id));
  if (others.length === 0 || !judgeBy(rule, askedOf(terms, others, record.createdAt)).fits) return false;
  if ((await barredParty(tx, terms, agencies)) !== undefined) return false;
  return (await brokenMinimum(tx, askedOf(terms, agencies, now))).length === 0;
};

const consent = async (tx: Tx, rule: ApprovalRule, record: AgreementRecord, now: Instant) => {
  const { latest } = record;
  const side = record.parties.find(({ agency }) => agency === rule.agency)?.side;
  if (latest === undefined || side === undefined) return [];
  const kind = rule.direction === "incoming" ? "accept" : "endorse";
  const { id, number, owner, agency, diarienummer } = rule;
  await appendDecision(tx, record.id, {
    kind,
    side,
    agency,
    version: latest.number,
    digest: latest.digest,
    at: now,
    rule: { id, number, owner },
    ...(diarienummer === undefined ? {} : { diarienummer }),
  });
  const decided = await getAgreement(tx, record.id);
  const stage = decided === undefined ? undefined : stateOf(decided)?.stage;
  if (decided === undefined || stage === undefined) return [];
  const subject = toPublicId("agr", record.id);
  await appendAudit(tx, {
    kind: `trust.${kind}`,
    subject,
    agencyIds: record.parties.map((party) => party.agency),
    details: {
      as: toPublicId("agy", agency),
      digest: latest.digest,
      terms: latest.number,
      rule: number,
      owner: toPublicId("per", owner),
      ...(diarienummer === undefined ? {} : { diarienummer }),
    },
    trust: trustNews(record, decided),
  });
  const version = await saveStage(tx, record.id, stage);
  await notifyEvent(tx, { topic: "agreement", id: subject, version });
  return stage === "agreed" ? latest.servers.map((server) => server.id) : [];
};

/** One request before one rule, as both stand now: under their locks, so that a stopped rule consents to nothing more. */
const apply = (clock: Clock, { id }: ApprovalRule, agreement: AgreementId) =>
  asWorker(
    async (tx): Promise<{ ok: true; value: readonly HomeserverId[] }> => {
      await lockName(tx, ruleLock(id));
      await lockAgreement(tx, agreement);
      const now = clock.now();
      const [rule, record] = [await getApprovalRule(tx, id), await getAgreement(tx, agreement)];
      if (rule === undefined || record === undefined) return ok([]);
      const ownerApproves = await approvesFor(tx, rule.owner, rule.agency);
      if (!mayConsent(rule, { askedAt: record.createdAt, now, ownerApproves })) return ok([]);
      return ok((await fitsNow(tx, rule, record, now)) ? await consent(tx, rule, record, now) : []);
    },
    { clock },
  );

/**
 * Consents, in the name of each agency that has such rules, to the requests that fit them. Safe to repeat.
 *
 * @returns the servers whose lists change by it
 */
export const approveByRule = async (clock: Clock): Promise<readonly string[]> => {
  const rules = await asWorker(async (tx) => ok(await rulesInForce(tx, clock.now())), { clock });
  const wake = new Set<string>();
  for (const rule of rules.ok ? rules.value : [])
    for (let after = FIRST; ; ) {
      const page = await asWorker(async (tx) => ok(await waitingFor(tx, rule, after, PAGE)), { clock });
      const waiting = page.ok ? page.value : [];
      for (const agreement of waiting) {
        const done = await apply(clock, rule, agreement);
        for (const server of done.ok ? done.value : []) wake.add(server);
      }
      const last = waiting.at(-1);
      if (last === undefined || waiting.length < PAGE) break;
      after = last;
    }
  return [...wake];
};

/**
 * Looks at once when an agreement changes, whoever changed it; many changes at once are one look.
 *
 * @returns `look` for what was missed while nothing could be heard, and `stop`, which lets a look end
 */
export const startRules = (
  clock: Clock,
  wake: (homeserver: string) => void,
): { readonly look: () => Promise<void>; readonly stop: () => Promise<void> } => {
  let again = false;
  let running: Promise<void> | undefined;
  const turn = async (): Promise<void> => {
    do {
      again = false;
      try {
        for (const homeserver of await approveByRule(clock)) wake(homeserver);
      } catch (error) {
        log.warn({ err: error }, "rules could not be applied");
      }
    } while (again);
    running = undefined;
  };
  const look = (): Promise<void> => {
    again = true;
    running ??= turn();
    return running;
  };
  const unsubscribe = subscribe(({ topic }) => {
    if (topic === "agreement") void look();
  });
  return {
    look,
    stop: async () => {
      unsubscribe();
      await running;
    },
  };
};
