import type { AgreementView, RequestTrust } from "#lib/contracts/trust.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { withLevelNames } from "#lib/data/level-names.ts";
import { lockName, readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import {
  type AgreementRecord,
  addAgreement,
  appendDecision,
  findOpenPair,
  getAgreement,
  openPairOf,
} from "#lib/data/trust.ts";
import { trustNews } from "#lib/data/trust-news.ts";
import { type Actor, hasRole, reaches } from "#lib/domain/access.ts";
import { byCodePoint, canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type AgencyId, type AgreementId, type HomeserverId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { impossiblePair } from "#lib/domain/platform-limits.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Content } from "#lib/domain/terms.ts";
import { type Side, type Terms, termsDocument } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { sceneOf } from "./agreement-scene.ts";
import { agreementView } from "./agreement-views.ts";
import { federationRefusal } from "./federation-refusals.ts";
import { contentWished } from "./terms-wish.ts";

type Sides<T> = Readonly<Record<Side, readonly T[]>>;
/** The request with its content judged. */
type Wish = Omit<RequestTrust, "content"> & { readonly content: Content | undefined };
type Plan = { readonly servers: Sides<HomeserverRecord>; readonly agencies: Sides<AgencyRecord> };

const nameOf = (actor: Actor, agency: AgencyRecord): string => (actor.locale === "en" ? agency.nameEn : agency.nameSv);

/** The servers that one side is to name: those asked for, else all of the agency's. */
const pick = (
  agency: AgencyRecord,
  wished: readonly HomeserverId[] | undefined,
  path: string,
): Result<readonly HomeserverId[], Refusal> => {
  const own = agency.homeservers.map(({ id }) => id);
  if (wished === undefined) return ok(own);
  return wished.every((id) => own.includes(id))
    ? ok([...new Set(wished)])
    : err(refusal("not_found", { fields: [{ path, code: "not_found" }] }));
};

const planOf = async (
  tx: Tx,
  actor: Actor,
  home: AgencyRecord,
  partner: AgencyRecord,
  wish: Wish,
): Promise<Result<Plan, Refusal>> => {
  const ours = pick(home, wish.homeServers, "homeServers");
  if (!ours.ok) return ours;
  const theirs = pick(partner, wish.partnerServers, "partnerServers");
  if (!theirs.ok) return theirs;
  // A server that serves both opens nothing to itself: only the others are named.
  const onlyOurs = ours.value.filter((id) => !theirs.value.includes(id));
  const onlyTheirs = theirs.value.filter((id) => !ours.value.includes(id));
  const bare = onlyOurs.length === 0 ? home : onlyTheirs.length === 0 ? partner : undefined;
  if (bare !== undefined)
    return err(
      refusal("agency_without_server", {
        params: { agency: nameOf(actor, bare) },
        link: `/agencies/${toPublicId("agy", bare.id)}`,
      }),
    );
  const servers = { home: await getHomeservers(tx, onlyOurs), partner: await getHomeservers(tx, onlyTheirs) };
  const impossible = impossiblePair(servers.home, servers.partner);
  if (impossible !== undefined)
    return err(
      refusal("port_name_with_rocketchat", { params: { server: impossible.named, other: impossible.rocketchat } }),
    );
  const homeIds = [...new Set([home.id, ...servers.home.flatMap(({ agencies }) => agencies)])].filter(
    (id) => id !== partner.id,
  );
  const partnerIds = [...new Set([partner.id, ...servers.partner.flatMap(({ agencies }) => agencies)])].filter(
    (id) => !homeIds.includes(id),
  );
  const agencies = { home: await getAgencies(tx, homeIds), partner: await getAgencies(tx, partnerIds) };
  const idle = [...agencies.home, ...agencies.partner].find(({ state }) => state !== "active");
  return idle === undefined
    ? ok({ servers, agencies })
    : err(refusal("agency_not_active", { params: { agency: nameOf(actor, idle) } }));
};

const termsFor = ({ purpose, legalBasis, start, end, content }: Wish, { servers, agencies }: Plan): Terms => {
  const keys = (side: Side) =>
    agencies[side].map(({ scheme, identifier }) => identifierKey({ scheme, value: identifier })).toSorted(byCodePoint);
  const names = (side: Side) => servers[side].map(({ serverName }) => serverName).toSorted(byCodePoint);
  return {
    purpose,
    parties: { home: keys("home"), partner: keys("partner") },
    servers: { home: names("home"), partner: names("partner") },
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(start === undefined ? {} : { start: instant(start) }),
    ...(end === undefined ? {} : { end: instant(end) }),
    ...(content === undefined ? {} : { content }),
  };
};

const both = <T, U>(sides: Sides<T>, make: (item: T, side: Side) => U): readonly U[] => [
  ...sides.home.map((item) => make(item, "home")),
  ...sides.partner.map((item) => make(item, "partner")),
];

type Stored = {
  readonly id: AgreementId;
  readonly federation: string;
  readonly plan: Plan;
  readonly wish: Wish;
};

const store = async (
  tx: Tx,
  actor: Actor,
  { id, federation, plan, wish }: Stored,
): Promise<AgreementRecord | undefined> => {
  const at = systemClock.now();
  const document = termsDocument(federation, termsFor(wish, plan));
  const digest = digestOf(document);
  const servers = both(plan.servers, (server, side) => ({ id: server.id, side }));
  const parties = both(plan.agencies, (agency, side) => ({ agency: agency.id, side }));
  const terms = { number: 1, digest, text: canonicalJson(document), servers, by: actor.person, at };
  await addAgreement(tx, { id, parties, pair: [wish.as, wish.partner], terms });
  await appendDecision(tx, id, {
    kind: "request",
    side: "home",
    agency: wish.as,
    person: actor.person,
    version: 1,
    digest,
    at,
  });
  const agencyIds = parties.map(({ agency }) => agency);
  const made = await getAgreement(tx, id);
  await appendAudit(tx, {
    kind: "trust.request",
    subject: toPublicId("agr", id),
    agencyIds,
    details: { as: toPublicId("agy", wish.as), digest, terms: 1 },
    trust: made === undefined ? undefined : trustNews(undefined, made),
  });
  await notifyEvent(tx, { topic: "agreement", id: toPublicId("agr", id), version: 1 });
  return made;
};

const refusalOf = async (tx: Tx, actor: Actor, { as, partner }: RequestTrust): Promise<Refusal | undefined> => {
  if (!hasRole(actor, as, "administrator", "approver")) return refusal("not_permitted");
  if (!reaches(actor, "agreements:write")) return refusal("scope_missing");
  if (as === partner) return refusal("request_to_self", { fields: [{ path: "partner", code: "request_to_self" }] });
  await lockName(tx, openPairOf(as, partner));
  const existing = await findOpenPair(tx, as, partner);
  return existing === undefined
    ? undefined
    : refusal("request_already_open", { link: `/agreements/${toPublicId("agr", existing)}` });
};

const theTwo = async (tx: Tx, as: AgencyId, partner: AgencyId) => {
  const found = await getAgencies(tx, [as, partner]);
  return { home: found.find(({ id }) => id === as), other: found.find(({ id }) => id === partner) };
};

/** One request within a transaction. */
export const requestIn = async (
  tx: Tx,
  actor: Actor,
  wish: RequestTrust,
): Promise<Result<AgreementRecord, Refusal>> => {
  const refused = await refusalOf(tx, actor, wish);
  if (refused !== undefined) return err(refused);
  const judged = contentWished(wish, systemClock.now());
  if (!judged.ok) return judged;
  const federation = await readFederationRow(tx);
  const { home, other } = await theTwo(tx, wish.as, wish.partner);
  if (federation === undefined || home === undefined || other === undefined)
    return err(refusal("not_found", { fields: [{ path: "partner", code: "not_found" }] }));
  const plan = await planOf(tx, actor, home, other, judged.value);
  if (!plan.ok) return plan;
  const sides = { home: [wish.as], partner: [wish.partner] };
  const full = { ...judged.value, content: await withLevelNames(tx, judged.value.content, sides) };
  const agencies = [...plan.value.agencies.home, ...plan.value.agencies.partner];
  const subject = { terms: termsFor(full, plan.value), agencies, at: systemClock.now() };
  const refusedThere = await federationRefusal(tx, subject);
  if (refusedThere !== undefined) return err(refusedThere);
  const id = idOf("agr", newId());
  const stored = await store(tx, actor, { id, federation: federation.id, plan: plan.value, wish: full });
  return stored === undefined ? err(refusal("internal")) : ok(stored);
};

/**
 * Asks another agency for trust. The terms, with every server by name, are frozen here; the home approver endorses and the
 * partner accepts exactly these. Between the same two agencies at most one request or agreement is open.
 */
export const requestTrust = (actor: Actor, wish: RequestTrust): Promise<Result<AgreementView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const asked = await requestIn(tx, actor, wish);
    if (!asked.ok) return refuse(tx, actor, asked.error, toPublicId("agy", wish.partner));
    return ok(agreementView(actor, asked.value, await sceneOf(tx, [asked.value])));
  });
