import type {
  AgreementFilePreview,
  ImportAgreements,
  ImportedAgreements,
  PreviewAgreementFile,
} from "#lib/contracts/agreement-file.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addImport, type NewImport, type NewImportRow } from "#lib/data/imports.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { lockName, readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator, reaches } from "#lib/domain/access.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, type ImportId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { importDocument } from "#lib/domain/import.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf, digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { type AgreementFile, type Proposed, readAgreementFile, shownAgreementFile } from "./agreement-file.ts";

const SUBJECT = "agreements";

const mayImport = (actor: Actor): Refusal | undefined => {
  if (!isCoordinator(actor)) return refusal("not_permitted");
  return reaches(actor, "agreements:write") ? undefined : refusal("scope_missing");
};

/** Reads a file of agreements that stand on paper and says every fault of every row; changes nothing. A coordinator's act. */
export const previewAgreementFile = (
  actor: Actor,
  { csv }: PreviewAgreementFile,
): Promise<Result<AgreementFilePreview, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const refused = mayImport(actor);
    if (refused !== undefined) return refuse(tx, actor, refused, SUBJECT);
    return ok(shownAgreementFile(await readAgreementFile(tx, csv, systemClock.now())));
  });

const rowsOf = (federation: string, proposed: readonly Proposed[]): readonly NewImportRow[] =>
  proposed.map(({ line, home, partner, terms: said, diarienummer }) => {
    const terms = canonicalJson(termsDocument(federation, said));
    return {
      line,
      home: home.agency.id,
      partner: partner.agency.id,
      terms,
      digest: digestOfBytes(terms),
      diarienummer: { home: diarienummer.a, partner: diarienummer.b },
    };
  });

const partiesOf = (
  id: ImportId,
  proposed: readonly Proposed[],
  rows: readonly NewImportRow[],
): NewImport["parties"] => {
  const required = new Map<AgencyId, 1 | 2>();
  for (const { home, partner } of proposed)
    for (const { agency } of [home, partner]) required.set(agency.id, agency.approversRequired);
  const own = new Map<AgencyId, NewImportRow[]>([...required.keys()].map((agency) => [agency, []]));
  for (const row of rows) for (const agency of [row.home, row.partner]) own.get(agency)?.push(row);
  return [...own].map(([agency, theirs]) => ({
    agency,
    rows: theirs.length,
    digest: digestOf(importDocument(id, agency, theirs)),
    approversRequired: required.get(agency) ?? 1,
  }));
};

const refusalOf = ({ digest, rows, proposed, fileFindings }: AgreementFile, wish: ImportAgreements) => {
  if (digest !== wish.digest) return refusal("file_changed");
  const faulty = fileFindings.length + rows.length - proposed.length;
  if (fileFindings.length > 0 || (faulty > 0 && !wish.leaveOut))
    return refusal("file_faulty", { params: { count: faulty } });
  return proposed.length === 0 ? refusal("value_missing") : undefined;
};

const store = async (tx: Tx, actor: Actor, federation: string, file: AgreementFile): Promise<ImportedAgreements> => {
  const id = idOf("imp", newId());
  const subject = toPublicId("imp", id);
  const rows = rowsOf(federation, file.proposed);
  const parties = partiesOf(id, file.proposed, rows);
  const leftOut = file.rows.length - rows.length;
  const at = systemClock.now();
  await addImport(tx, { id, digest: file.digest, leftOut, by: actor.person, at, rows, parties });
  const counts = { agreements: rows.length, agencies: parties.length, leftOut };
  await appendAudit(tx, {
    kind: "import.brought",
    subject,
    agencyIds: parties.map(({ agency }) => agency),
    details: { digest: file.digest, agreements: rows.length, left_out: leftOut },
  });
  await notifyEvent(tx, { topic: "import", id: subject, version: 1 });
  return { id: subject, ...counts };
};

/**
 * Brings in the agreements of a file that was shown (bound to it by `digest`) as proposals: all of its rows, or, where the
 * coordinator says so, all but those that were shown with faults; in one transaction. Nothing opens by it: each side's
 * approvers confirm.
 */
export const importAgreements = (actor: Actor, wish: ImportAgreements): Promise<Result<ImportedAgreements, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const barred = mayImport(actor);
    if (barred !== undefined) return refuse(tx, actor, barred, SUBJECT);
    await lockName(tx, "agreements.import");
    const federation = await readFederationRow(tx);
    if (federation === undefined) return refuse(tx, actor, refusal("not_found"), SUBJECT);
    const file = await readAgreementFile(tx, wish.csv, systemClock.now());
    const refused = refusalOf(file, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, SUBJECT);
    return ok(await store(tx, actor, federation.id, file));
  });
