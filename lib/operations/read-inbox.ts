import type { AgencyRef } from "#lib/contracts/common.ts";
import type { InboxItem, InboxPage, InboxQuery } from "#lib/contracts/overview.ts";
import { listChanges } from "#lib/data/changes.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { getHomeservers, type HomeserverRecord } from "#lib/data/homeservers.ts";
import { importsOf } from "#lib/data/imports.ts";
import { inTransaction, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf, listAgreements, stateOf } from "#lib/data/trust.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { importWaitsFor } from "#lib/domain/import.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { allowedMoves, hasExpired, type Move, sideIsComplete } from "#lib/domain/trust.ts";
import { type Scene, sceneOf } from "./agreement-scene.ts";
import { agencyRefIn } from "./agreement-views.ts";
import { changeViews } from "./decide-change.ts";
import { firewallItems } from "./firewall.ts";
import { agencyRef } from "./people-views.ts";
import { serversWaiting } from "./server-waits.ts";
import { mayMove } from "./trust-rules.ts";

const MANY = 500;
const ANSWERS: ReadonlySet<Move> = new Set<Move>(["endorse", "accept", "decline", "withdraw", "reconsent"]);

const kindOf = (record: AgreementRecord, moves: readonly Move[]): InboxItem["kind"] | undefined => {
  if (moves.includes("reconsent")) return "reconsent";
  if (moves.includes("accept")) return "accept";
  if (moves.includes("endorse")) return "endorse";
  return record.stage === "offered" || record.stage === "requested" ? "awaiting_partner" : undefined;
};

const itemOf = (actor: Actor, record: AgreementRecord, as: AgencyId, scene: Scene): readonly InboxItem[] => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  const mine = record.parties.find(({ agency }) => agency === as);
  if (facts === undefined || state === undefined || mine === undefined || state.stage === "closed") return [];
  const possible = allowedMoves(facts, state, { agency: as, person: actor.person, at: scene.now });
  const moves = possible.filter((move) => ANSWERS.has(move) && mayMove(actor, as, move));
  const kind = kindOf(record, moves);
  if (kind === undefined) return [];
  // What nobody of the home side has endorsed is not yet the partner's to see as waiting for them.
  if (mine.side === "partner" && !sideIsComplete(facts, state.consents, "home")) return [];
  const other = record.parties.find(({ side }) => side !== mine.side);
  const direction = hasExpired(facts, scene.now) ? "expired" : kind === "awaiting_partner" ? "outgoing" : "incoming";
  return [
    {
      id: toPublicId("agr", record.id),
      kind,
      direction,
      as: agencyRefIn(scene, as),
      counterpart: other === undefined ? null : agencyRefIn(scene, other.agency),
      agreement: toPublicId("agr", record.id),
      change: null,
      changeKind: null,
      homeserver: null,
      purpose: record.latest?.terms.purpose ?? null,
      waitingSince: record.decisions.at(-1)?.at ?? record.createdAt,
      deadline: facts.end ?? null,
      moves: [...moves],
    },
  ];
};

const changeItems = async (tx: Tx, actor: Actor): Promise<readonly InboxItem[]> => {
  const approves = agenciesOf(actor, "approver");
  const records =
    approves.length === 0 ? [] : await listChanges(tx, { agencies: approves, state: "open" }, undefined, MANY);
  return (await changeViews(tx, actor, records)).map(
    (view): InboxItem => ({
      id: view.id,
      kind: "change",
      direction: view.allowed.includes("approve") ? "incoming" : "outgoing",
      as: view.agency,
      counterpart: null,
      agreement: null,
      change: view.id,
      changeKind: view.kind,
      homeserver: view.homeserver,
      purpose: null,
      waitingSince: view.proposedAt,
      deadline: null,
      moves: [...view.allowed],
    }),
  );
};

const PLAIN = {
  direction: "incoming" as const,
  counterpart: null,
  agreement: null,
  change: null,
  changeKind: null,
  homeserver: null,
  purpose: null,
  deadline: null,
  moves: [],
};

const atServer = (
  kind: "held_list" | "shut_locally",
  server: HomeserverRecord,
  waitingSince: number,
  as: AgencyRef,
): InboxItem => ({
  ...PLAIN,
  id: toPublicId("hs", server.id),
  kind,
  as,
  homeserver: { id: toPublicId("hs", server.id), serverName: server.serverName },
  waitingSince,
});

/** Lists that the brake holds, and names shut at a server: for the approvers of the agencies on it. */
const serverItems = async (tx: Tx, actor: Actor): Promise<readonly InboxItem[]> => {
  const approves = agenciesOf(actor, "approver");
  if (approves.length === 0) return [];
  const waiting = await serversWaiting(tx, approves);
  const servers = new Map(
    (
      await getHomeservers(
        tx,
        waiting.map(({ homeserver }) => homeserver),
      )
    ).map((each) => [each.id, each]),
  );
  const agencies = new Map((await getAgencies(tx, approves)).map((each) => [each.id, each]));
  return waiting.flatMap(({ kind, homeserver, since }) => {
    const server = servers.get(homeserver);
    const as = server?.agencies.flatMap((id) => agencies.get(id) ?? [])[0];
    return server === undefined || as === undefined ? [] : [atServer(kind, server, since, agencyRef(as))];
  });
};

/** Agreements that stand on paper: for the approvers whose word on their agency's rows is awaited. */
const importItems = async (tx: Tx, actor: Actor): Promise<readonly InboxItem[]> => {
  const approves = agenciesOf(actor, "approver");
  const batches = approves.length === 0 ? [] : await importsOf(tx, approves, MANY);
  const waiting = batches.flatMap((batch) =>
    batch.parties
      .filter((party) => importWaitsFor(batch, party, actor.person))
      .map(({ agency }) => ({ id: toPublicId("imp", batch.id), agency, since: batch.createdAt })),
  );
  const agencies = waiting.length === 0 ? [] : await getAgencies(tx, approves);
  return waiting.flatMap(({ id, agency, since }) => {
    const as = agencies.find((each) => each.id === agency);
    return as === undefined ? [] : [{ ...PLAIN, id, kind: "import", as: agencyRef(as), waitingSince: since }];
  });
};

/** All that waits, oldest first. */
export const inboxItems = async (tx: Tx, actor: Actor): Promise<readonly InboxItem[]> => {
  const mine = agenciesOf(actor);
  const records =
    mine.length === 0 ? [] : await listAgreements(tx, { notStage: "closed", agencies: mine }, undefined, MANY);
  const scene = await sceneOf(tx, records);
  const items = records.flatMap((record) => mine.flatMap((as) => itemOf(actor, record, as, scene)));
  const waiting = [
    ...items,
    ...(await changeItems(tx, actor)),
    ...(await firewallItems(tx, actor, records, scene)),
    ...(await serverItems(tx, actor)),
    ...(await importItems(tx, actor)),
  ];
  return waiting.toSorted((a, b) => a.waitingSince - b.waitingSince || (a.id < b.id ? -1 : 1));
};

/** What waits for the caller or for others, oldest first. The cursor is the place in the list as it stands. */
export const readInbox = (
  actor: Actor,
  { cursor, limit, direction }: InboxQuery,
): Promise<Result<InboxPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const from = cursor === undefined ? 0 : Number(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Number.isSafeInteger(from) || from < 0) return err(refusal("invalid_cursor"));
    const all = (await inboxItems(tx, actor)).filter((item) => direction === undefined || item.direction === direction);
    const next = from + limit < all.length ? Buffer.from(String(from + limit)).toString("base64url") : null;
    return ok({ items: all.slice(from, from + limit), next });
  });
