import { appendAudit } from "#lib/data/audit.ts";
import {
  agenciesToErase,
  agreementsOfLeft,
  eraseAgency,
  type LeftOpen,
  leaveNow,
  leavingBy,
  partnersOf,
  removeApplications,
} from "#lib/data/departures.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { appendDecision, getAgreement, lockAgreement, saveStage } from "#lib/data/trust.ts";
import { erasesLeftBefore, removesDecidedBefore } from "#lib/domain/departure.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";

const FIRST = "00000000-0000-0000-0000-000000000000";
const PAGE = 100;

const leave = async (tx: Tx, id: AgencyId, now: Instant): Promise<void> => {
  if (!(await leaveNow(tx, id, now))) return;
  const subject = toPublicId("agy", id);
  const agencyIds = [id, ...(await partnersOf(tx, id))];
  await appendAudit(tx, { kind: "agency.left", subject, agencyIds, details: { state: "left", planned: true } });
  await notifyEvent(tx, { topic: "agency", id: subject, version: 1 });
};

/** The record says who left and when; the terms and every consent stay as they were. */
const close = async (tx: Tx, { agreement, gone, parties }: LeftOpen, now: Instant): Promise<void> => {
  await lockAgreement(tx, agreement);
  const record = await getAgreement(tx, agreement);
  const side = record?.parties.find(({ agency }) => agency === gone)?.side;
  if (record?.latest === undefined || side === undefined || record.stage === "closed") return;
  const { number: version, digest } = record.latest;
  await appendDecision(tx, agreement, { kind: "leave", side, agency: gone, version, digest, at: now });
  const subject = toPublicId("agr", agreement);
  const details = { as: toPublicId("agy", gone), digest };
  await appendAudit(tx, { kind: "trust.leave", subject, agencyIds: [...parties], details });
  await notifyEvent(tx, { topic: "agreement", id: subject, version: await saveStage(tx, agreement, "closed") });
};

const closeAll = async (clock: Clock): Promise<readonly string[]> => {
  const wake = new Set<string>();
  for (let after = FIRST; ; ) {
    const page = await asWorker(
      async (tx) => {
        const open = await agreementsOfLeft(tx, after, PAGE);
        for (const one of open) await close(tx, one, clock.now());
        return ok(open);
      },
      { clock },
    );
    const closed = page.ok ? page.value : [];
    for (const { servers } of closed) for (const server of servers) wake.add(server);
    const last = closed.at(-1)?.agreement;
    if (last === undefined || closed.length < PAGE) return [...wake];
    after = last;
  }
};

const erase = async (tx: Tx, now: Instant): Promise<void> => {
  const leftBefore = erasesLeftBefore(now);
  for (const id of await agenciesToErase(tx, leftBefore, PAGE)) {
    const people = await eraseAgency(tx, id, { leftBefore, now });
    for (const person of people)
      await appendAudit(tx, {
        kind: "person.erased",
        subject: toPublicId("per", person),
        agencyIds: [id],
        details: { retention: true },
      });
    const details = { people: people.length };
    await appendAudit(tx, { kind: "agency.erased", subject: toPublicId("agy", id), agencyIds: [id], details });
  }
  await removeApplications(tx, removesDecidedBefore(now));
};

/**
 * Ends memberships whose day has come, closes in the record what agencies that left had agreed, and erases people and
 * contacts whose time has run out. Safe to repeat.
 *
 * @returns the servers whose lists change by it
 */
export const seeOff = async (clock: Clock): Promise<readonly string[]> => {
  await asWorker(
    async (tx) => {
      for (const id of await leavingBy(tx, clock.now())) await leave(tx, id, clock.now());
      return ok(undefined);
    },
    { clock },
  );
  const wake = await closeAll(clock);
  await asWorker(
    async (tx) => {
      await erase(tx, clock.now());
      return ok(undefined);
    },
    { clock },
  );
  return wake;
};
