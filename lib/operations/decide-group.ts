import type { DecideGroup, GroupView } from "#lib/contracts/groups.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { appendGroupAct, type GroupRecord, getGroup, groupFactsOf, lockGroup } from "#lib/data/groups.ts";
import { notifyEvent, wakeGroups } from "#lib/data/jobs.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, decidingRefusal, reaches } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { decideGroup, foldGroup, type GroupMove } from "#lib/domain/group.ts";
import { type GroupId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { groupFederationRefusal } from "./draft-group.ts";
import { groupNews } from "./group-news.ts";
import { mayActInGroup } from "./group-rules.ts";
import { groupView } from "./group-views.ts";
import { rulesOf } from "./trust-rules.ts";

type Wish = DecideGroup & { readonly id: GroupId; readonly version: number };

const OPENING: readonly GroupMove[] = ["consent", "admit"];

const sessionRefusal = async (tx: Tx, actor: Actor, move: GroupMove): Promise<Refusal | undefined> => {
  // To ask one's own approver decides nothing.
  if (move === "request") return reaches(actor, "agreements:write") ? undefined : refusal("scope_missing");
  const rules = await rulesOf(tx);
  const weak = decidingRefusal(actor, OPENING.includes(move) ? rules : { ...rules, requiredAcr: undefined });
  return weak === undefined ? undefined : refusal(weak);
};

/** Nobody opens a door with who is barred or has left, nor to less than the federation's minimum rules. */
const mayNotOpen = async (tx: Tx, group: GroupRecord, { as, move, about }: Wish): Promise<Refusal | undefined> => {
  if (!OPENING.includes(move)) return undefined;
  const state = foldGroup(groupFactsOf(group), group.acts);
  const concerned = group.members
    .map(({ agency }) => agency)
    .filter((agency) => agency === as || agency === about || state.members.get(agency)?.stage === "consented");
  const agencies = await getAgencies(tx, concerned);
  const gone = agencies.find((agency) => agency.state === "left" && (agency.id === as || agency.id === about));
  if (gone !== undefined) return refusal("agency_left", { params: { agency: gone.nameSv } });
  return groupFederationRefusal(
    tx,
    group.terms,
    agencies.filter(({ state: how }) => how !== "left"),
  );
};

const refusalOf = async (tx: Tx, actor: Actor, group: GroupRecord, wish: Wish): Promise<Refusal | undefined> => {
  const { as, move, about, digest, reason, version } = wish;
  if (!mayActInGroup(actor, group, move, as)) return refusal("not_permitted");
  const weak = await sessionRefusal(tx, actor, move);
  if (weak !== undefined) return weak;
  if (group.version !== version)
    return refusal("stale_version", {
      params: { current: group.version, since: group.acts.at(-1)?.kind ?? "" },
      link: `/circles/${toPublicId("grp", group.id)}`,
    });
  const facts = groupFactsOf(group);
  const at = systemClock.now();
  const attempt = { move, agency: as, about, person: actor.person, digest, reason, at };
  const decided = decideGroup(facts, foldGroup(facts, group.acts), attempt);
  return decided.ok ? mayNotOpen(tx, group, wish) : refusal(decided.error);
};

/**
 * One person's act on a group: ask one's own approver, consent, decline, admit a newcomer, except one's agency from one
 * pair, leave, or say that the group is to end. The same transaction wakes the worker, which makes and parts agreements.
 */
export const decideAboutGroup = (actor: Actor, wish: Wish): Promise<Result<GroupView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id, as, move, about, digest, ceiling, reason, diarienummer } = wish;
    const subject = toPublicId("grp", id);
    await lockGroup(tx, id);
    const group = await getGroup(tx, id);
    if (group === undefined) return refuse(tx, actor, refusal("not_found"), subject);
    const refused = await refusalOf(tx, actor, group, wish);
    if (refused !== undefined) return refuse(tx, actor, refused, subject);
    const at = systemClock.now();
    const act = { kind: move, agency: as, about, person: actor.person, digest, ceiling, reason, diarienummer, at };
    const version = await appendGroupAct(tx, id, act);
    const decided = await getGroup(tx, id);
    if (decided === undefined) return err(refusal("internal"));
    await appendAudit(tx, {
      kind: `group.${move}`,
      subject,
      agencyIds: group.members.map(({ agency }) => agency),
      details: {
        digest,
        ...(as === undefined ? {} : { as: toPublicId("agy", as) }),
        ...(about === undefined ? {} : { about: toPublicId("agy", about) }),
        ...(ceiling === undefined ? {} : { ceiling }),
        ...(reason === undefined ? {} : { reason }),
        ...(diarienummer === undefined ? {} : { diarienummer }),
      },
      trust: groupNews(decided),
    });
    await wakeGroups(tx);
    await notifyEvent(tx, { topic: "group", id: subject, version });
    return ok(await groupView(tx, actor, decided));
  });
