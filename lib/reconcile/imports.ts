import { appendAudit } from "#lib/data/audit.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { barredParty, brokenMinimum } from "#lib/data/federation-rules.ts";
import {
  getImport,
  type ImportRecord,
  type ImportRowRecord,
  importRows,
  importsToSettle,
  lockImport,
  openPairsAmong,
  setImportOutcomes,
  setImportSettleAt,
} from "#lib/data/imports.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { addConsented, appendDecisions, openPairOf, termsOf } from "#lib/data/trust.ts";
import type { ErrorCode } from "#lib/domain/errors.ts";
import { type AgencyId, type HomeserverId, type ImportId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { confirmationsOf, importDocument, rowStates } from "#lib/domain/import.ts";
import { HOUR, type Instant, later } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { askedOf } from "#lib/domain/rules.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { SIDES, type Side, type Terms } from "#lib/domain/trust.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { digestOf, digestOfBytes } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { log } from "#lib/platform/log.ts";

/** Rows looked at in one transaction. */
const PORTION = 200;

type Named = { readonly id: HomeserverId; readonly side: Side };
type Settled = {
  readonly servers: readonly HomeserverId[];
  readonly after: number | undefined;
  readonly waits: boolean;
};
type Outcome = { readonly line: number; readonly code: ErrorCode };

const serversOf = (agency: AgencyRecord, names: readonly ServerName[], side: Side): readonly Named[] =>
  agency.homeservers
    .filter(({ serverName }) => names.some((name) => name === serverName))
    .map(({ id }) => ({ id, side }));

/** Why no agreement is made of what both sides confirmed; "wait" where it may be later. */
const obstacle = async (
  tx: Tx,
  row: ImportRowRecord,
  terms: Terms,
  agencies: readonly [AgencyRecord, AgencyRecord],
  now: Instant,
): Promise<ErrorCode | "wait" | undefined> => {
  if (digestOfBytes(row.terms) !== row.digest) return "import_unsound";
  if (terms.end !== undefined && terms.end <= now) return "agreement_expired";
  if (agencies.some(({ state }) => state === "left")) return "agency_left";
  if (agencies.some(({ state }) => state !== "active")) return "wait";
  const gone = SIDES.some(
    (side, place) =>
      serversOf(agencies[place] ?? agencies[0], terms.servers[side], side).length < terms.servers[side].length,
  );
  if (gone) return "agency_without_server";
  if ((await barredParty(tx, terms, agencies)) !== undefined) return "barred";
  if ((await brokenMinimum(tx, askedOf(terms, agencies, now))).length > 0) return "minimum_rules_broken";
  const open = await openPairsAmong(tx, [openPairOf(row.home, row.partner)]);
  return open.size > 0 ? "request_already_open" : undefined;
};

type Making = {
  readonly batch: ImportRecord;
  readonly row: ImportRowRecord;
  readonly terms: Terms;
  readonly agencies: readonly [AgencyRecord, AgencyRecord];
  readonly now: Instant;
};

const make = async (tx: Tx, { batch, row, terms, agencies, now }: Making) => {
  const id = idOf("agr", newId());
  const servers = SIDES.flatMap((side, place) => serversOf(agencies[place] ?? agencies[0], terms.servers[side], side));
  const { digest } = row;
  const sides = SIDES.map((side) => ({ side, agency: row[side], diarienummer: row.diarienummer[side] }));
  await addConsented(tx, {
    id,
    pair: [row.home, row.partner],
    parties: sides.map(({ side, agency }) => ({
      side,
      agency,
      approversRequired: batch.parties.find((party) => party.agency === agency)?.approversRequired ?? 1,
    })),
    terms: { number: 1, digest, text: row.terms, servers, by: batch.createdBy, at: now },
  });
  // Before the decisions: they are let in because they are of this row.
  await setImportOutcomes(tx, batch.id, [{ line: row.line, agreement: id }]);
  await appendDecisions(tx, id, [
    // The coordinator asked on nobody's behalf: the request is the portal's, the consents are people's.
    { kind: "request", side: "home", agency: row.home, version: 1, digest, at: now },
    ...sides.flatMap(({ side, agency, diarienummer }) =>
      confirmationsOf(batch.acts, agency).map(({ person }) => ({
        kind: side === "home" ? ("endorse" as const) : ("accept" as const),
        side,
        agency,
        person,
        version: 1,
        digest,
        at: now,
        ...(diarienummer === undefined ? {} : { diarienummer }),
      })),
    ),
  ]);
  const subject = toPublicId("agr", id);
  const details = { batch: toPublicId("imp", batch.id), line: row.line, digest };
  await appendAudit(tx, { kind: "import.made", subject, agencyIds: [row.home, row.partner], details });
  await notifyEvent(tx, { topic: "agreement", id: subject, version: 1 });
  return servers.map((server) => server.id);
};

/** The agencies whose rows are those that they confirmed: the digest is made anew over what stands in the table. */
const soundAgencies = async (tx: Tx, batch: ImportRecord): Promise<ReadonlySet<AgencyId>> => {
  const own = new Map<AgencyId, { line: number; digest: string }[]>(batch.parties.map(({ agency }) => [agency, []]));
  for (const row of await importRows(tx, batch.id, 0))
    for (const agency of [row.home, row.partner]) own.get(agency)?.push(row);
  const sound = batch.parties.filter(
    ({ agency, digest }) => digestOf(importDocument(batch.id, agency, own.get(agency) ?? [])) === digest,
  );
  return new Set(sound.map(({ agency }) => agency));
};

/** One portion of one batch, after the line that the portion before ended with. */
const settle = async (
  tx: Tx,
  id: ImportId,
  { after, sound }: { readonly after: number; readonly sound: ReadonlySet<AgencyId> },
  now: Instant,
): Promise<Settled> => {
  await lockImport(tx, id);
  const batch = await getImport(tx, id);
  if (batch === undefined) return { servers: [], after: undefined, waits: false };
  const stateOf = rowStates(batch);
  const portion = await importRows(tx, id, after, PORTION);
  const due = portion.filter(
    (row) => row.agreement === undefined && row.code === undefined && stateOf(row) === "confirmed",
  );
  const known = await getAgencies(tx, [...new Set(due.flatMap(({ home, partner }) => [home, partner]))]);
  const [servers, outcomes]: [HomeserverId[], Outcome[]] = [[], []];
  let waits = false;
  for (const row of due) {
    const [home, partner] = [row.home, row.partner].map((side) => known.find((agency) => agency.id === side));
    if (home === undefined || partner === undefined) continue;
    const agencies = [home, partner] as const;
    const terms = termsOf(row.terms);
    const unsound = !sound.has(row.home) || !sound.has(row.partner);
    const code = unsound ? "import_unsound" : await obstacle(tx, row, terms, agencies, now);
    if (code === "wait") waits = true;
    else if (code !== undefined) outcomes.push({ line: row.line, code });
    else {
      const made = await make(tx, { batch, row, terms, agencies, now });
      servers.push(...made);
    }
  }
  if (outcomes.length > 0) await setImportOutcomes(tx, id, outcomes);
  return { servers, after: portion.length === PORTION ? portion.at(-1)?.line : undefined, waits };
};

const settleWhole = async (clock: Clock, id: ImportId): Promise<readonly HomeserverId[]> => {
  const begun = await asWorker(
    async (tx) => {
      const batch = await getImport(tx, id);
      return ok(batch === undefined ? undefined : { batch, sound: await soundAgencies(tx, batch) });
    },
    { clock },
  );
  if (!begun.ok || begun.value === undefined) return [];
  const { batch, sound } = begun.value;
  const wake: HomeserverId[] = [];
  let waits = false;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const from: number = after;
    const done = await asWorker(async (tx) => ok(await settle(tx, id, { after: from, sound }, clock.now())), { clock });
    if (!done.ok) return wake;
    wake.push(...done.value.servers);
    waits ||= done.value.waits;
    after = done.value.after;
  }
  await asWorker(
    async (tx) => {
      // An agency that is not active yet may be, later.
      await setImportSettleAt(tx, batch, waits ? later(clock.now(), HOUR) : undefined);
      await notifyEvent(tx, { topic: "import", id: toPublicId("imp", id), version: batch.version });
      return ok(true);
    },
    { clock },
  );
  return wake;
};

/**
 * Makes the agreements of rows that both sides have confirmed. Safe to repeat, and from several workers at once.
 *
 * @returns the servers whose lists change by it
 */
export const settleImports = async (clock: Clock): Promise<readonly HomeserverId[]> => {
  const due = await asWorker(async (tx) => ok(await importsToSettle(tx, clock.now())), { clock });
  const wake = new Set<HomeserverId>();
  for (const id of due.ok ? due.value : []) {
    // One batch that cannot be settled holds up no other.
    try {
      for (const server of await settleWhole(clock, id)) wake.add(server);
    } catch (error) {
      log.error({ batch: id, err: error }, "the batch could not be settled");
    }
  }
  return [...wake];
};
