import type { AgencyRef } from "#lib/contracts/common.ts";
import type { AgreementSummary, AgreementView, LaneView, PartyView, TimelineItem } from "#lib/contracts/trust.ts";
import { type AgreementRecord, factsOf, stateOf } from "#lib/data/trust.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { type AgencyId, type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { later } from "#lib/domain/instant.ts";
import { type Status, worst } from "#lib/domain/statuses.ts";
import {
  type AgreementFacts,
  type AgreementState,
  allowedMoves,
  type Decision,
  isOpen,
  type Move,
  type Side,
  UNDO_WINDOW,
} from "#lib/domain/trust.ts";
import type { Scene } from "./agreement-scene.ts";
import { lanesOf, type Wanted } from "./lanes.ts";
import { agencyRef, personRef } from "./people-views.ts";
import { termsView } from "./terms-view.ts";
import { mayMove } from "./trust-rules.ts";

const refOf = (scene: Scene, id: AgencyId): AgencyRef => {
  const agency = scene.agencies.get(id);
  return agency === undefined
    ? { id: toPublicId("agy", id), name: { sv: "–", en: "–" }, identifier: "–" }
    : agencyRef(agency);
};

/** Both sides' named servers, paired. */
export const pairsOf = ({ latest }: AgreementRecord): readonly (readonly [HomeserverId, HomeserverId])[] => {
  const of = (side: Side) => latest?.servers.filter((server) => server.side === side).map(({ id }) => id) ?? [];
  return of("home").flatMap((home) => of("partner").map((partner) => [home, partner] as const));
};

type Read = { readonly facts: AgreementFacts; readonly state: AgreementState } | undefined;
const readOf = (record: AgreementRecord): Read => {
  const facts = factsOf(record);
  const state = stateOf(record);
  return facts === undefined || state === undefined ? undefined : { facts, state };
};

/** Whether an emergency stop of one of its parties shuts its doors now. */
const isStopped = ({ parties }: AgreementRecord, { stopped }: Scene): boolean =>
  parties.some(({ agency }) => stopped.has(agency));

const wantedOf = (record: AgreementRecord, read: Read, scene: Scene): Wanted => ({
  open: read !== undefined && isOpen(read.facts, read.state, scene.now) && !isStopped(record, scene),
  since: record.decisions.at(-1)?.at ?? record.createdAt,
  held: read !== undefined && read.state.awaitingReconsent.size > 0,
});

/** The lanes of an agreement; none before both sides have agreed, and none for who may not see its servers. */
export const lanesFor = (record: AgreementRecord, scene: Scene): readonly LaneView[] => {
  const read = readOf(record);
  if (read === undefined || read.state.agreedAt === undefined) return [];
  return lanesOf(pairsOf(record), scene.servers, scene, wantedOf(record, read, scene), scene.now);
};

/** The one word for the whole agreement. What was agreed is never called in force: that takes every lane's evidence. */
export const statusFor = (record: AgreementRecord, lanes: readonly LaneView[]): Status => {
  const read = readOf(record);
  if (read === undefined || read.state.agreedAt === undefined) return "none";
  const measured = worst(lanes.map(({ status }) => status));
  if (read.state.stage === "closed" || measured === "open_alarm") return measured === "in_force" ? "shut" : measured;
  if (read.state.awaitingReconsent.size > 0) return "held";
  return read.state.suspendedBy.size > 0 ? "suspended" : measured;
};

const phaseOf = (read: Read, { now }: Scene): AgreementSummary["phase"] => {
  if (read?.facts.start !== undefined && now < read.facts.start) return "before";
  return read?.facts.end !== undefined && read.facts.end <= now ? "after" : "within";
};

const partyView = (record: AgreementRecord, scene: Scene, read: Read) =>
  record.parties.map(
    ({ agency, side, approversRequired }): PartyView => ({
      agency: refOf(scene, agency),
      side,
      approversRequired,
      servers: (record.latest?.servers ?? [])
        .filter((server) => server.side === side && scene.servers.get(server.id)?.agencies.includes(agency))
        .map(({ id, name }) => ({ id: toPublicId("hs", id), serverName: name })),
      suspended: read?.state.suspendedBy.has(side) ?? false,
      stopped: scene.stopped.has(agency),
      awaitingReconsent: read?.state.awaitingReconsent.has(agency) ?? false,
    }),
  );

const allowedFor = (actor: Actor, scene: Scene, read: Read): AgreementSummary["allowed"] => {
  if (read === undefined) return [];
  return agenciesOf(actor).flatMap((agency) => {
    const possible = allowedMoves(read.facts, read.state, { agency, person: actor.person, at: scene.now });
    const moves: Move[] = possible.filter((move) => mayMove(actor, agency, move));
    if (moves.length === 0) return [];
    const { agreedAt } = read.state;
    const undoUntil = moves.includes("undo") && agreedAt !== undefined ? later(agreedAt, UNDO_WINDOW) : null;
    return [{ as: refOf(scene, agency), moves, undoUntil }];
  });
};

const summaryWith = (
  actor: Actor,
  record: AgreementRecord,
  scene: Scene,
  lanes: readonly LaneView[],
): AgreementSummary => {
  const read = readOf(record);
  const mine = agenciesOf(actor);
  return {
    id: toPublicId("agr", record.id),
    version: record.version,
    stage: read?.state.stage ?? record.stage,
    closedBy: read?.state.closedBy ?? null,
    status: statusFor(record, lanes),
    phase: phaseOf(read, scene),
    parties: partyView(record, scene, read),
    purpose: record.latest?.terms.purpose ?? null,
    start: read?.facts.start ?? null,
    end: read?.facts.end ?? null,
    createdAt: record.createdAt,
    agreedAt: read?.state.agreedAt ?? null,
    closedAt: read?.state.stage === "closed" ? (record.decisions.at(-1)?.at ?? null) : null,
    lanes: [...lanes],
    mine: record.parties.find(({ agency }) => mine.includes(agency))?.side ?? null,
    allowed: allowedFor(actor, scene, read),
  };
};

export const agreementSummary = (actor: Actor, record: AgreementRecord, scene: Scene): AgreementSummary =>
  summaryWith(actor, record, scene, lanesFor(record, scene));

/** A homeserver's new name in the latest terms: one name a side went, one came. */
const renamedIn = ({ latest }: AgreementRecord): AgreementView["renamed"] =>
  (["home", "partner"] as const).flatMap((side) => {
    const [before, after] = [latest?.former?.servers[side] ?? [], latest?.terms.servers[side] ?? []];
    const was = before.filter((name) => !after.includes(name));
    const now = after.filter((name) => !before.includes(name));
    return was.flatMap((name, at) => (now[at] === undefined ? [] : [{ was: name, now: now[at] }]));
  });

const byRule = (rule: Decision["rule"], scene: Scene) =>
  rule === undefined ? null : { number: rule.number, owner: personRef(rule.owner, scene.names) };

const consentsOf = (record: AgreementRecord, scene: Scene): AgreementView["consents"] =>
  record.decisions.flatMap(({ id, agency, side, kind, person, at, diarienummer, acr, rule, digest }) =>
    kind === "endorse" || kind === "accept" || kind === "reconsent"
      ? [
          {
            id: toPublicId("dec", id),
            agency: refOf(scene, agency),
            side,
            kind,
            person: person === undefined ? null : personRef(person, scene.names),
            at,
            diarienummer: diarienummer ?? null,
            acr: acr ?? null,
            rule: byRule(rule, scene),
            digest,
          },
        ]
      : [],
  );

/** The two who asked and were asked; every other party is there because it shares one of their servers. */
export const opensAlso = (record: AgreementRecord, scene: Scene): AgencyRef[] => {
  const asked = record.decisions.find(({ kind }) => kind === "request")?.agency;
  const named = new Set([...record.parties.filter(({ agency }) => agency === asked).map(({ agency }) => agency)]);
  const sharing = record.parties.filter(({ agency }) =>
    (record.latest?.servers ?? []).some(({ id }) => {
      const serves = scene.servers.get(id)?.agencies ?? [];
      return serves.length > 1 && serves.includes(agency);
    }),
  );
  return sharing.filter(({ agency }) => !named.has(agency)).map(({ agency }) => refOf(scene, agency));
};

export const agreementView = (actor: Actor, record: AgreementRecord, scene: Scene): AgreementView => {
  const lanes = lanesFor(record, scene);
  const requester = readOf(record)?.state.requestedBy;
  return {
    ...summaryWith(actor, record, scene, lanes),
    terms: record.latest === undefined ? null : termsView(record.latest.terms, scene.groups),
    digest: record.latest?.digest ?? null,
    termsNumber: record.latest?.number ?? null,
    renamed: renamedIn(record),
    requestedBy: requester === undefined ? null : personRef(requester, scene.names),
    consents: consentsOf(record, scene),
    opensAlso: opensAlso(record, scene),
  };
};

export const timelineItem = (decision: Decision, scene: Scene): TimelineItem => ({
  id: toPublicId("dec", decision.id),
  kind: decision.kind,
  side: decision.side,
  agency: refOf(scene, decision.agency),
  person: decision.person === undefined ? null : personRef(decision.person, scene.names),
  at: decision.at,
  termsNumber: decision.version,
  diarienummer: decision.diarienummer ?? null,
  reason: decision.reason ?? null,
  acr: decision.acr ?? null,
  rule: byRule(decision.rule, scene),
});

export { refOf as agencyRefIn };
