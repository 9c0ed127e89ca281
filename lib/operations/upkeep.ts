import type { ReviewAgency, UpkeepView } from "#lib/contracts/upkeep.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type AgencyRecord, getAgencies, listAgencies } from "#lib/data/directory.ts";
import { getHomeservers } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf as factsOfAgreement, getAgreement, stateOf } from "#lib/data/trust.ts";
import {
  addReview,
  agenciesAgreed,
  agreementsWithResidency,
  holdersIn,
  lastReviews,
  upkeepOfServers,
} from "#lib/data/upkeep.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, type PersonId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { isOpen } from "#lib/domain/trust.ts";
import { type Upkeep, type UpkeepFacts, upkeepOf } from "#lib/domain/upkeep.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef, personRef } from "./people-views.ts";
import { residencyFindings } from "./residency-findings.ts";

const MANY = 2_000;

/** A coordinator looks at every active agency, others at their own. */
const lookedAt = async (tx: Tx, actor: Actor): Promise<readonly AgencyRecord[]> => {
  if (isCoordinator(actor)) return listAgencies(tx, { state: "active" }, undefined, MANY);
  return (await getAgencies(tx, agenciesOf(actor))).filter(({ state }) => state === "active");
};

/** Agreements in force that a server's country, or where its name leads, sets at odds with their residency rule. */
const misplacedIn = async (
  tx: Tx,
  agencies: readonly AgencyId[],
  now: Instant,
): Promise<readonly AgreementRecord[]> => {
  const found: AgreementRecord[] = [];
  for (const id of await agreementsWithResidency(tx, agencies)) {
    const record = await getAgreement(tx, id);
    const [facts, state] = record === undefined ? [] : [factsOfAgreement(record), stateOf(record)];
    if (record === undefined || facts === undefined || state === undefined || !isOpen(facts, state, now)) continue;
    const servers = await getHomeservers(tx, record.latest?.servers.map((server) => server.id) ?? []);
    const findings = residencyFindings(record, new Map(servers.map((server) => [server.id, server])));
    if (findings.some(({ verdict }) => verdict === "outside" || verdict === "doubtful")) found.push(record);
  }
  return found;
};

const factsOf = async (
  tx: Tx,
  agencies: readonly AgencyRecord[],
  now: Instant,
): Promise<(agency: AgencyRecord) => UpkeepFacts> => {
  const ids = agencies.map(({ id }) => id);
  const people = Map.groupBy(await holdersIn(tx, ids), ({ agency }) => agency);
  const reviews = Map.groupBy(await lastReviews(tx, ids), ({ agency }) => agency);
  const servers = await upkeepOfServers(
    tx,
    agencies.flatMap(({ homeservers }) => homeservers.map(({ id }) => id)),
  );
  const byId = new Map(servers.map((server) => [server.id, server]));
  const agreed = await agenciesAgreed(tx, ids);
  const misplaced = await misplacedIn(tx, ids, now);
  return ({ id, createdAt, approversRequired, homeservers }) => ({
    createdAt,
    approversRequired,
    people: people.get(id) ?? [],
    servers: homeservers.flatMap((server) => byId.get(server.id) ?? []),
    reviewed: Object.fromEntries((reviews.get(id) ?? []).map(({ review, at }) => [review, at])),
    agreements: agreed.has(id),
    misplaced: misplaced.filter(({ parties }) => parties.some(({ agency }) => agency === id)).map((each) => each.id),
  });
};

type Found = { readonly agency: AgencyRecord; readonly items: readonly Upkeep[] };
const peopleIn = (found: readonly Found[]): readonly PersonId[] =>
  found.flatMap(({ items }) =>
    items.flatMap(({ kind, about }) => (kind === "never_signed_in" && about !== undefined ? [idOf("per", about)] : [])),
  );

const itemView = (
  { homeservers }: AgencyRecord,
  { kind, about, at }: Upkeep,
  names: ReadonlyMap<string, string>,
): UpkeepView["agencies"][number]["items"][number] => {
  const server = homeservers.find(({ id }) => id === about);
  return {
    kind,
    person: kind === "never_signed_in" && about !== undefined ? personRef(idOf("per", about), names) : null,
    homeserver: server === undefined ? null : { id: toPublicId("hs", server.id), serverName: server.serverName },
    agreement: kind === "residency_broken" && about !== undefined ? toPublicId("agr", idOf("agr", about)) : null,
    at: at ?? null,
  };
};

const viewOf = async (tx: Tx, actor: Actor, now: Instant): Promise<UpkeepView> => {
  const agencies = await lookedAt(tx, actor);
  const facts = await factsOf(tx, agencies, now);
  // Who has signed in is known to those who manage them: to others it would seem that nobody ever has.
  const mayKnow = (agency: AgencyId) => isCoordinator(actor) || hasRole(actor, agency, "administrator");
  const found = agencies
    .map((agency) => ({
      agency,
      items: upkeepOf(facts(agency), now).filter(({ kind }) => kind !== "never_signed_in" || mayKnow(agency.id)),
    }))
    .filter(({ items }) => items.length > 0);
  const names = await namesOf(tx, peopleIn(found));
  return {
    agencies: found.map(({ agency, items }) => ({
      agency: agencyRef(agency),
      items: items.map((item) => itemView(agency, item, names)),
      mayReview: actor.credential.kind !== "token" && hasRole(actor, agency.id, "administrator", "approver"),
    })),
    looked: agencies.length,
  };
};

/** What waits to be seen to: in the reader's own agencies, or for a coordinator in all. */
export const readUpkeep = (actor: Actor, _input: object): Promise<Result<UpkeepView, Refusal>> =>
  inTransaction(actor, async (tx) => ok(await viewOf(tx, actor, systemClock.now())));

/** Somebody who acts for the agency says that they have looked through, and it is right. */
export const reviewAgency = (
  actor: Actor,
  { id, review }: ReviewAgency & { readonly id: AgencyId },
): Promise<Result<UpkeepView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agy", id);
    if (!hasRole(actor, id, "administrator", "approver")) return refuse(tx, actor, refusal("not_permitted"), subject);
    if (actor.credential.kind === "token") return refuse(tx, actor, refusal("tokens_never_decide"), subject);
    const now = systemClock.now();
    await addReview(tx, { agency: id, review, person: actor.person, at: now });
    await appendAudit(tx, { kind: "agency.reviewed", subject, agencyIds: [id], details: { review } });
    await notifyEvent(tx, { topic: "agency", id: subject, version: 1 });
    return ok(await viewOf(tx, actor, now));
  });
