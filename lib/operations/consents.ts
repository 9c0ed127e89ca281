import type { ConsentsView, GiveConsent, UNSIGNABLE } from "#lib/contracts/consents.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addConsent, listConsents } from "#lib/data/consents.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, getAgreement, lockAgreement, stateOf } from "#lib/data/trust.ts";
import { type Actor, agenciesOf, hasRole, reaches } from "#lib/domain/access.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { showIdentifier } from "#lib/domain/identifier.ts";
import { type AgreementId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { MOST_CONSENT } from "#lib/signing/consent.ts";
import { answersRequest, type ConsentRequest, pairsOf, readSignedConsent } from "#lib/signing/consent-files.ts";
import { fingerprintOf } from "#lib/signing/signing.ts";
import { agencyRef, personRef } from "./people-views.ts";

type One = { readonly id: AgreementId };

/** As signatures and the operators' `consent_keys` name an agency. */
const signerOf = ({ scheme, identifier }: AgencyRecord): string =>
  `${scheme}:${showIdentifier({ scheme, value: identifier })}`;

const requestOf = async (
  tx: Tx,
  record: AgreementRecord,
): Promise<Result<ConsentRequest, (typeof UNSIGNABLE)[number]>> => {
  const state = stateOf(record);
  const federation = await readFederationRow(tx);
  if (state?.stage !== "agreed" || record.latest === undefined || federation === undefined) return err("not_agreed");
  const { terms, digest } = record.latest;
  const { end: until, servers } = terms;
  const from = terms.start ?? state.agreedAt;
  if (from === undefined) return err("not_agreed");
  if (until === undefined) return err("no_end");
  if (until - from > MOST_CONSENT) return err("too_long");
  const document = termsDocument(federation.id, terms);
  if (digestOf(document) !== digest) throw new TypeError("the terms are not those of their digest");
  return ok({
    type: "tillit.consent_request.v1",
    federation: federation.id,
    reason: toPublicId("agr", record.id),
    digest,
    from,
    until,
    servers: [...pairsOf(servers)],
    terms: canonicalJson(document),
  });
};

const viewOf = async (tx: Tx, actor: Actor, record: AgreementRecord): Promise<ConsentsView> => {
  const request = await requestOf(tx, record);
  const given = await listConsents(tx, record.id);
  const parties = record.parties.map(({ agency }) => agency);
  const agencies = new Map((await getAgencies(tx, parties)).map((agency) => [agency.id, agency]));
  const names = await namesOf(tx, [...new Set(given.map(({ person }) => person))]);
  const mine = new Set(agenciesOf(actor));
  const writes = reaches(actor, "agreements:write");
  const may = parties.filter(
    (agency) => writes && mine.has(agency) && hasRole(actor, agency, "administrator", "approver"),
  );
  return {
    request: request.ok
      ? { name: `${toPublicId("agr", record.id)}.consent-request.json`, text: JSON.stringify(request.value, null, 2) }
      : null,
    unsignable: request.ok ? null : request.error,
    signed: given.flatMap(({ agency, person, key, ...rest }) => {
      const known = agencies.get(agency);
      if (known === undefined) return [];
      const { digest, from, until } = rest;
      const now = request.ok ? request.value : undefined;
      const current = now?.digest === digest && now.from === from && now.until === until;
      const of = { agency: agencyRef(known), person: personRef(person, names), fingerprint: fingerprintOf(key) };
      return [{ ...rest, ...of, current }];
    }),
    mayGive: request.ok ? may.flatMap((id) => [agencies.get(id)].flatMap((a) => (a ? [agencyRef(a)] : []))) : [],
  };
};

/** What an agency may sign with its own key of this agreement, and what was signed. */
export const readConsents = (actor: Actor, { id }: One): Promise<Result<ConsentsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    if (record.latest === undefined) return err(refusal("not_a_party"));
    return ok(await viewOf(tx, actor, record));
  });

const take = async (
  tx: Tx,
  actor: Actor,
  record: AgreementRecord,
  { as, file }: GiveConsent,
): Promise<Result<true, Refusal>> => {
  const side = record.parties.find(({ agency }) => agency === as);
  if (side === undefined || record.latest === undefined) return err(refusal("not_a_party"));
  if (!hasRole(actor, as, "administrator", "approver") || !reaches(actor, "agreements:write"))
    return err(refusal("not_permitted"));
  const asked = await requestOf(tx, record);
  if (!asked.ok) return err(refusal("consent_unsignable"));
  const given = readSignedConsent(file);
  if (!given.ok) return err(refusal("consent_unreadable"));
  const [agency] = await getAgencies(tx, [as]);
  if (agency === undefined || !answersRequest(asked.value, given.value, signerOf(agency)))
    return err(refusal("consent_mismatch"));
  const { agency: signer, key_id: keyId, key, digest, signatures } = given.value;
  const { from, until } = asked.value;
  const at = systemClock.now();
  const kept = { agency: as, person: actor.person, signer, digest, from, until, keyId, key, signatures, at };
  await addConsent(tx, record.id, kept);
  await appendAudit(tx, {
    kind: "consent.given",
    subject: toPublicId("agr", record.id),
    agencyIds: record.parties.map((party) => party.agency),
    details: { as: toPublicId("agy", as), digest, key_id: keyId, fingerprint: fingerprintOf(key) },
  });
  await wakeReconciler(
    tx,
    record.latest.servers.map((server) => server.id),
    actor.traceId,
  );
  return ok(true);
};

/**
 * Keeps what an agency signed with its own key, and has it carried to the enforcement points in their next lists. Whether
 * the key counts there is for their operators, who pinned it: the portal only holds the file to the agreement.
 */
export const giveConsent = (
  actor: Actor,
  { id, ...given }: GiveConsent & One,
): Promise<Result<ConsentsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agr", id);
    await lockAgreement(tx, id);
    const record = await getAgreement(tx, id);
    if (record === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const taken = await take(tx, actor, record, given);
    if (!taken.ok) return refuse(tx, actor, taken.error, subject);
    await notifyEvent(tx, { topic: "agreement", id: subject, version: record.version });
    return ok(await viewOf(tx, actor, record));
  });
