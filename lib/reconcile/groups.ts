import { appendAudit } from "#lib/data/audit.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { barredParty } from "#lib/data/federation-rules.ts";
import {
  addCarried,
  addPair,
  type GroupRecord,
  getGroup,
  groupFactsOf,
  groupsToSettle,
  lockGroup,
  type MemberRecord,
  type PairRecord,
  setSettleAt,
} from "#lib/data/groups.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { withLevelNames } from "#lib/data/level-names.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { appendDecision, getAgreement, lockAgreement, saveStage } from "#lib/data/trust.ts";
import { byCodePoint, canonicalJson } from "#lib/domain/canonical.ts";
import { foldGroup, type GroupPair, type GroupState, nextGroupTurn } from "#lib/domain/group.ts";
import { type Parting, pairTerms, settlement } from "#lib/domain/group-pairs.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type AgencyId, type AgreementId, type GroupId, type HomeserverId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { HOUR, type Instant, later } from "#lib/domain/instant.ts";
import { impossiblePair } from "#lib/domain/platform-limits.ts";
import { ok } from "#lib/domain/result.ts";
import type { Content } from "#lib/domain/terms.ts";
import { type Side, termsDocument } from "#lib/domain/trust.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { log } from "#lib/platform/log.ts";

/** Pairs made in one transaction. */
const PORTION = 50;

type Party = {
  readonly agency: AgencyRecord;
  readonly member: MemberRecord;
  readonly servers: AgencyRecord["homeservers"];
};

/** A member as it can take part now: active, with servers that its terms name and that are still its own. */
const partyOf = (agencies: readonly AgencyRecord[], member: MemberRecord): Party | undefined => {
  const agency = agencies.find(({ id }) => id === member.agency);
  const servers = agency?.homeservers.filter(({ serverName }) => member.servers.some((name) => name === serverName));
  return agency?.state !== "active" || servers === undefined || servers.length === 0
    ? undefined
    : { agency, member, servers };
};

type Context = {
  readonly group: GroupRecord;
  readonly state: GroupState;
  readonly federation: string;
  readonly agencies: readonly AgencyRecord[];
  readonly now: Instant;
};

/** Every consent that the two gave the group stands in their agreement, by the same people. */
const carry = async (tx: Tx, { state, now }: Context, id: AgreementId, digest: string, sides: Record<Side, Party>) => {
  const act = { version: 1, digest, at: now };
  await appendDecision(tx, id, { kind: "request", side: "home", agency: sides.home.agency.id, ...act });
  for (const side of ["home", "partner"] as const) {
    const { id: agency } = sides[side].agency;
    for (const { person, diarienummer } of state.members.get(agency)?.consents ?? [])
      await appendDecision(tx, id, {
        kind: side === "home" ? "endorse" : "accept",
        side,
        agency,
        person,
        ...act,
        ...(diarienummer === undefined ? {} : { diarienummer }),
      });
  }
};

const namedBy = ({ agency, member, servers }: Party, state: GroupState) => ({
  agency: identifierKey({ scheme: agency.scheme, value: agency.identifier }),
  servers: member.servers.filter((name) => servers.some(({ serverName }) => serverName === name)).toSorted(byCodePoint),
  ceiling: state.members.get(agency.id)?.ceiling,
});

const contentOf = (content: Content | undefined) => (content === undefined ? {} : { content });

const make = async (tx: Tx, context: Context, pair: GroupPair): Promise<readonly HomeserverId[] | undefined> => {
  const { group, state, federation, agencies, now } = context;
  const find = (agency: AgencyId) => group.members.find((each) => each.agency === agency);
  const [one, other] = [find(pair.a.agency), find(pair.b.agency)];
  const home = one && partyOf(agencies, one);
  const partner = other && partyOf(agencies, other);
  if (home === undefined || partner === undefined) return undefined;
  if (impossiblePair(home.servers, partner.servers) !== undefined) return undefined;
  const silent =
    pair.silent === undefined ? {} : ({ silent: pair.silent === home.agency.id ? "home" : "partner" } as const);
  const basis = { group: toPublicId("grp", group.id), digest: group.digest, ...silent };
  const sides = { home: namedBy(home, state), partner: namedBy(partner, state) };
  const agreed = pairTerms(group.terms, basis, sides);
  const ids = { home: [home.agency.id], partner: [partner.agency.id] };
  const terms = { ...agreed, ...contentOf(await withLevelNames(tx, agreed.content, ids)) };
  // Who was barred after it consented to the group opens no door by that.
  if ((await barredParty(tx, terms, [home.agency, partner.agency])) !== undefined) return undefined;
  const document = termsDocument(federation, terms);
  const digest = digestOf(document);
  const id = idOf("agr", newId());
  const servers = (
    [
      ["home", home],
      ["partner", partner],
    ] as const
  ).flatMap(([side, party]) => party.servers.map((server) => ({ id: server.id, side })));
  await addCarried(tx, {
    id,
    parties: [
      { agency: home.agency.id, side: "home", approversRequired: home.member.approversRequired },
      { agency: partner.agency.id, side: "partner", approversRequired: partner.member.approversRequired },
    ],
    terms: { number: 1, digest, text: canonicalJson(document), servers, by: group.createdBy, at: now },
  });
  await addPair(tx, group.id, { a: home.agency.id, b: partner.agency.id, agreement: id });
  await carry(tx, context, id, digest, { home, partner });
  const subject = toPublicId("agr", id);
  const agencyIds = [home.agency.id, partner.agency.id];
  const said = pair.silent === undefined ? {} : { silent: toPublicId("agy", pair.silent) };
  const details = { group: basis.group, digest, ...said };
  await appendAudit(tx, { kind: "group.paired", subject, agencyIds, details });
  await notifyEvent(tx, { topic: "agreement", id: subject, version: 1 });
  return servers.map((server) => server.id);
};

const part = async (tx: Tx, context: Context, { pair, by }: Parting<PairRecord>): Promise<readonly HomeserverId[]> => {
  await lockAgreement(tx, pair.agreement);
  const record = await getAgreement(tx, pair.agreement);
  const side = record?.parties.find(({ agency }) => agency === by)?.side;
  if (record?.latest === undefined || side === undefined || record.stage === "closed") return [];
  const { number: version, digest, servers } = record.latest;
  await appendDecision(tx, record.id, { kind: "part", side, agency: by, version, digest, at: context.now });
  const subject = toPublicId("agr", record.id);
  const agencyIds = record.parties.map(({ agency }) => agency);
  const details = { as: toPublicId("agy", by), digest, group: toPublicId("grp", context.group.id) };
  await appendAudit(tx, { kind: "trust.part", subject, agencyIds, details });
  await notifyEvent(tx, { topic: "agreement", id: subject, version: await saveStage(tx, record.id, "closed") });
  return servers.map(({ id }) => id);
};

type Settled = { readonly servers: readonly HomeserverId[]; readonly more: boolean };
const NOTHING: Settled = { servers: [], more: false };

/** One portion of one group: what parts goes first, since it shuts. */
const settle = async (tx: Tx, id: GroupId, now: Instant): Promise<Settled> => {
  await lockGroup(tx, id);
  const group = await getGroup(tx, id);
  const federation = await readFederationRow(tx);
  if (group === undefined || federation === undefined) return NOTHING;
  const facts = groupFactsOf(group);
  const state = foldGroup(facts, group.acts);
  const wanted = settlement(facts, state, group.pairs, now);
  const agencies = await getAgencies(
    tx,
    group.members.map(({ agency }) => agency),
  );
  const context = { group, state, federation: federation.id, agencies, now };
  const servers: HomeserverId[] = [];
  for (const parting of wanted.part) servers.push(...(await part(tx, context, parting)));
  let [made, waits] = [0, false];
  for (const pair of wanted.make) {
    if (made === PORTION) return { servers, more: true };
    const opened = await make(tx, context, pair);
    if (opened === undefined) waits = true;
    else made += 1;
    servers.push(...(opened ?? []));
  }
  // A member that is not active, or whose servers are gone, may be there again later.
  await setSettleAt(tx, id, waits ? later(now, HOUR) : nextGroupTurn(facts, now));
  if (servers.length > 0) await notifyEvent(tx, { topic: "group", id: toPublicId("grp", id), version: group.version });
  return { servers, more: false };
};

const settleWhole = async (clock: Clock, id: GroupId): Promise<readonly HomeserverId[]> => {
  const wake: HomeserverId[] = [];
  for (let more = true; more; ) {
    const done = await asWorker(async (tx) => ok(await settle(tx, id, clock.now())), { clock });
    const { servers, more: rest } = done.ok ? done.value : NOTHING;
    wake.push(...servers);
    more = rest;
  }
  return wake;
};

/**
 * Brings the agreements of every group that is due to what its members have consented to: pairs are made, and parted.
 * Safe to repeat, and from several workers at once.
 *
 * @returns the servers whose lists change by it
 */
export const settleGroups = async (clock: Clock): Promise<readonly string[]> => {
  const due = await asWorker(async (tx) => ok(await groupsToSettle(tx, clock.now())), { clock });
  const wake = new Set<string>();
  for (const id of due.ok ? due.value : []) {
    // One group that cannot be settled holds up no other.
    try {
      for (const server of await settleWhole(clock, id)) wake.add(server);
    } catch (error) {
      log.error({ group: id, err: error }, "the group could not be settled");
    }
  }
  return [...wake];
};
