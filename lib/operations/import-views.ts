import type { ImportPartyView, ImportRowView, ImportView } from "#lib/contracts/imports.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { countImportRows, type ImportRecord, type ImportRowRecord } from "#lib/data/imports.ts";
import { namesOf } from "#lib/data/people.ts";
import type { Tx } from "#lib/data/transaction.ts";
import { termsOf } from "#lib/data/trust.ts";
import { type Actor, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import {
  confirmationsOf,
  decideImport,
  IMPORT_MOVES,
  importStageOf,
  isWithdrawn,
  rowStates,
} from "#lib/domain/import.ts";
import { agencyRef, personRef } from "./people-views.ts";

type Known = ReadonlyMap<AgencyId, AgencyRecord>;

const refIn = (known: Known, id: AgencyId) => {
  const agency = known.get(id);
  return agency === undefined
    ? { id: toPublicId("agy", id), name: { sv: "–", en: "–" }, identifier: "–" }
    : agencyRef(agency);
};

const knownAmong = async (tx: Tx, ids: readonly AgencyId[]): Promise<Known> =>
  new Map((await getAgencies(tx, [...new Set(ids)])).map((agency) => [agency.id, agency]));

const allowedFor = (actor: Actor, batch: ImportRecord, party: ImportRecord["parties"][number]) =>
  hasRole(actor, party.agency, "approver")
    ? IMPORT_MOVES.filter(
        (move) =>
          move !== "withdraw" &&
          decideImport(batch, { ...party, move, person: actor.person, reason: "?" }).ok &&
          (move === "confirm" || importStageOf(batch.acts, party) === "waiting"),
      )
    : [];

/** A batch as the reader may see it. */
export const importView = async (tx: Tx, actor: Actor, batch: ImportRecord): Promise<ImportView> => {
  const { acts, parties } = batch;
  const known = await knownAmong(
    tx,
    parties.map(({ agency }) => agency),
  );
  const names = await namesOf(tx, [batch.createdBy, ...acts.map(({ person }) => person)]);
  const counts = await countImportRows(tx, batch.id);
  const partyView = (party: ImportRecord["parties"][number]): ImportPartyView => ({
    agency: refIn(known, party.agency),
    rows: party.rows,
    stage: importStageOf(acts, party),
    digest: party.digest,
    approversRequired: party.approversRequired,
    confirmedBy: confirmationsOf(acts, party.agency).map(({ person, at }) => ({
      person: personRef(person, names),
      at,
    })),
    reason: acts.find(({ kind, agency }) => kind === "decline" && agency === party.agency)?.reason ?? null,
    allowed: allowedFor(actor, batch, party),
  });
  return {
    id: toPublicId("imp", batch.id),
    version: batch.version,
    digest: batch.digest,
    createdAt: batch.createdAt,
    createdBy: personRef(batch.createdBy, names),
    ...counts,
    withdrawn: isWithdrawn(batch),
    reason: acts.find(({ kind }) => kind === "withdraw")?.reason ?? null,
    mayWithdraw: isCoordinator(actor) && !isWithdrawn(batch) && counts.made < counts.rows,
    parties: parties.map(partyView),
  };
};

/** Rows of a batch with what has become of each. */
export const importRowViews = async (
  tx: Tx,
  batch: ImportRecord,
  rows: readonly ImportRowRecord[],
): Promise<readonly ImportRowView[]> => {
  const known = await knownAmong(
    tx,
    rows.flatMap(({ home, partner }) => [home, partner]),
  );
  const stateOf = rowStates(batch);
  return rows.map((row) => {
    const { purpose, servers, legalBasis, start, end, content } = termsOf(row.terms);
    return {
      line: row.line,
      home: refIn(known, row.home),
      partner: refIn(known, row.partner),
      purpose,
      servers: { home: [...servers.home], partner: [...servers.partner] },
      legalBasis: legalBasis ?? null,
      start: start ?? null,
      end: end ?? null,
      ceiling: content?.ceiling ?? null,
      personalData: content?.personalData ?? null,
      residency: content?.residency ?? null,
      diarienummer: { home: row.diarienummer.home ?? null, partner: row.diarienummer.partner ?? null },
      digest: row.digest,
      state: row.agreement === undefined ? (row.code === undefined ? stateOf(row) : "not_made") : "made",
      agreement: row.agreement === undefined ? null : toPublicId("agr", row.agreement),
      code: row.code ?? null,
    };
  });
};
