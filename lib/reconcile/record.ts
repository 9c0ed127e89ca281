import type { ListPosition, Receipt } from "#lib/connectors/connector.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type DriftNews, recordDrift } from "#lib/data/drift.ts";
import { type NewEvidence, recordEvidence } from "#lib/data/evidence.ts";
import { notifyEvents } from "#lib/data/jobs.ts";
import { recordStanding, type Standing } from "#lib/data/lists.ts";
import { storeReceipts } from "#lib/data/receipts.ts";
import type { Picture, RecordedEvidence } from "#lib/data/reconcile.ts";
import type { Tx } from "#lib/data/transaction.ts";
import type { AuditKind } from "#lib/domain/audit.ts";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { newId } from "#lib/platform/ids.ts";
import { readList } from "#lib/signing/documents.ts";
import { EVIDENCE_REFRESH } from "./lanes.ts";

/** Something that happened to a server and that the log must hold. */
export type Finding = { readonly kind: AuditKind; readonly details: JsonObject };

/** What one round leaves behind, written in one transaction. */
export type Outcome = {
  readonly picture: Picture;
  readonly position: Pick<ListPosition, "epoch" | "version">;
  readonly standing: Standing;
  readonly evidence: readonly NewEvidence[];
  readonly receipts: readonly Receipt[];
  readonly findings: readonly Finding[];
  readonly drift: DriftNews;
  readonly at: number;
};

type Seen = Pick<NewEvidence, "state" | "detail" | "version">;

/** What makes two sightings the same: all but when, and how long it took. */
const essence = ({ state, detail, version }: Seen): string => {
  const { ms: _, instances: __, resetDue: ___, ...rest } = detail;
  return JSON.stringify([state, version ?? null, Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
};

const before = ({ evidence }: Picture, row: NewEvidence): RecordedEvidence | undefined =>
  evidence.find(({ from, to, station }) => from === row.from && to === row.to && station === row.station);

/** The rows worth writing: those that say something new, and those whose last word grows old. */
export const worthWriting = (picture: Picture, rows: readonly NewEvidence[]): readonly NewEvidence[] =>
  rows.filter((row) => {
    const last = before(picture, row);
    return last === undefined || essence(last) !== essence(row) || row.at - last.at >= EVIDENCE_REFRESH;
  });

const isNews = (picture: Picture, row: NewEvidence): boolean => {
  const last = before(picture, row);
  return last === undefined || last.state !== row.state || last.detail.desired !== row.detail["desired"];
};

const agreementsWith = (picture: Picture, partners: ReadonlySet<string>): readonly AgreementId[] =>
  picture.agreements.flatMap(({ id, terms }) =>
    [...partners].some((name) => terms.includes(`"${name}"`)) ? [id] : [],
  );

const changedAgreements = (picture: Picture, rows: readonly NewEvidence[]): readonly AgreementId[] => {
  const changed = new Set(rows.filter((row) => isNews(picture, row)).flatMap(({ from, to }) => [from, to]));
  const names = new Set(picture.partners.filter(({ id }) => changed.has(id)).map(({ name }) => String(name)));
  if (names.size === 0) return [];
  // Agreements that have just ended are no longer loaded; the list that was in force still names them.
  const list = picture.list === undefined ? undefined : readList(picture.list);
  const listed = list?.ok ? list.value.fields.allow.filter(({ server }) => names.has(server)) : [];
  const fromList = new Set(listed.flatMap(({ reasons }) => reasons.map(({ id }) => id)));
  const ids = picture.agreements.filter(({ id }) => fromList.has(toPublicId("agr", id))).map(({ id }) => id);
  return [...new Set([...ids, ...agreementsWith(picture, names)])];
};

const sameStanding = ({ head }: Picture, next: Standing): boolean =>
  head.status === next.status &&
  head.statusDetail.code === next.statusDetail.code &&
  head.statusDetail.warning === next.statusDetail.warning &&
  head.attempts === next.attempts &&
  (next.pushedAt === undefined || head.pushedAt === next.pushedAt) &&
  (head.confirmedAt === undefined) === (next.confirmedAt === undefined) &&
  head.nextAttemptAt === next.nextAttemptAt;

/** Whether a round has anything to write: one that found all as it was has not, and takes no transaction. */
export const hasOutcome = (outcome: Outcome): boolean => {
  const { picture, standing, findings, drift } = outcome;
  return (
    worthWriting(picture, outcome.evidence).length > 0 ||
    !sameStanding(picture, standing) ||
    findings.length > 0 ||
    drift.found.length + drift.ended.length > 0
  );
};

/**
 * Writes a round's outcome. A round whose list has been superseded meanwhile keeps its evidence (it was seen, and each
 * row bears its own time) but says nothing about where the list stands.
 *
 * @returns whether anything was written
 */
export const record = async (tx: Tx, outcome: Outcome): Promise<boolean> => {
  if (!hasOutcome(outcome)) return false;
  const { picture, standing, findings, receipts } = outcome;
  const evidence = worthWriting(picture, outcome.evidence);
  const standingNews = !sameStanding(picture, standing);
  const id = toPublicId("hs", picture.server.id);
  if (standingNews) await recordStanding(tx, picture.server.id, outcome.position, standing);
  await recordEvidence(tx, evidence);
  await recordDrift(tx, picture.server.id, outcome.drift, outcome.at);
  const { point } = picture;
  if (point !== undefined) {
    const kept = receipts.map(({ sequence, bytes, instances }) => ({ sequence, bytes, instances, at: outcome.at }));
    await storeReceipts(
      tx,
      kept.map((one) => ({ ...one, id: newId(), enforcementPoint: point.id })),
    );
  }
  const versionOf = (agreement: AgreementId): number =>
    picture.agreements.find((each) => each.id === agreement)?.version ?? 1;
  await notifyEvents(tx, [
    { topic: "homeserver", id, version: outcome.position.version },
    ...changedAgreements(picture, evidence).map((agreement) => ({
      topic: "agreement",
      id: toPublicId("agr", agreement),
      version: versionOf(agreement),
    })),
  ]);
  for (const { kind, details } of findings)
    await appendAudit(tx, { kind, subject: id, agencyIds: picture.server.agencies, details });
  return true;
};
