import type { GroupView, ProposeMember } from "#lib/contracts/groups.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import { addMember, appendGroupAct, type GroupRecord, getGroup, groupFactsOf, lockGroup } from "#lib/data/groups.ts";
import { notifyEvent, wakeGroups } from "#lib/data/jobs.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, reaches } from "#lib/domain/access.ts";
import { byCodePoint, canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { entryDocument, foldGroup, MOST_MEMBERS } from "#lib/domain/group.ts";
import { identifierKey } from "#lib/domain/identifier.ts";
import { type GroupId, toPublicId } from "#lib/domain/ids.ts";
import { type Instant, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { groupFederationRefusal } from "./draft-group.ts";
import { type Candidate, candidatesOf } from "./group-members.ts";
import { groupNews } from "./group-news.ts";
import { mayPropose } from "./group-rules.ts";
import { groupView } from "./group-views.ts";

type Wish = ProposeMember & { readonly id: GroupId };

const refusalOf = (actor: Actor, group: GroupRecord, { as, agency }: Wish, now: Instant): Refusal | undefined => {
  const state = foldGroup(groupFactsOf(group), group.acts);
  if (!mayPropose(actor, state, as)) return refusal("not_permitted");
  if (!reaches(actor, "agreements:write")) return refusal("scope_missing");
  if (state.ended) return refusal("move_not_allowed");
  if (group.terms.end !== undefined && group.terms.end <= now) return refusal("agreement_expired");
  const full = group.members.length >= MOST_MEMBERS;
  return full || group.members.some((member) => member.agency === agency) ? refusal("move_not_allowed") : undefined;
};

/** Who takes part, or is yet to answer, by identifier: what the newcomer consents to. */
const takingPart = async (tx: Tx, group: GroupRecord): Promise<readonly string[]> => {
  const state = foldGroup(groupFactsOf(group), group.acts);
  const ids = group.members.map(({ agency }) => agency);
  const staying = ids.filter((id) => !["left", "declined"].includes(state.members.get(id)?.stage ?? "left"));
  const agencies = await getAgencies(tx, staying);
  return agencies.map(({ scheme, identifier }) => identifierKey({ scheme, value: identifier })).toSorted(byCodePoint);
};

const enter = async (tx: Tx, actor: Actor, group: GroupRecord, wish: Wish, { agency, named }: Candidate) => {
  const now = systemClock.now();
  const { joining, objectionMs } = group.terms;
  const entersAt = joining === "silence" && objectionMs !== undefined ? later(now, objectionMs) : undefined;
  const federation = await readFederationRow(tx);
  const document = entryDocument(federation?.id ?? "", {
    group: toPublicId("grp", group.id),
    digest: group.digest,
    member: named,
    members: await takingPart(tx, group),
    entersAt,
  });
  const digest = digestOf(document);
  const { id, approversRequired } = agency;
  const text = canonicalJson(document);
  await addMember(tx, group.id, {
    agency: id,
    approversRequired,
    servers: named.servers,
    digest,
    document: text,
    since: now,
    entersAt,
  });
  const act = { kind: "propose", agency: wish.as, about: id, person: actor.person, digest, at: now } as const;
  return { version: await appendGroupAct(tx, group.id, act), digest, entersAt };
};

/**
 * Proposes a newcomer to a group. Under silence it enters when the objection time has passed, and each member may except
 * itself from the pair until then and at any time after; else every member's consent is awaited. Its own consent always is.
 */
export const proposeMember = (actor: Actor, wish: Wish): Promise<Result<GroupView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("grp", wish.id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    await lockGroup(tx, wish.id);
    const group = await getGroup(tx, wish.id);
    if (group === undefined) return say(refusal("not_found"));
    const refused = refusalOf(actor, group, wish, systemClock.now());
    if (refused !== undefined) return say(refused);
    const found = await candidatesOf(tx, actor, [wish.agency]);
    if (!found.ok) return say(found.error);
    const [candidate] = found.value;
    if (candidate === undefined) return say(refusal("not_found"));
    const forbidden = await groupFederationRefusal(tx, group.terms, [candidate.agency]);
    if (forbidden !== undefined) return say(forbidden);
    const { version, digest, entersAt } = await enter(tx, actor, group, wish, candidate);
    const after = await getGroup(tx, wish.id);
    if (after === undefined) return err(refusal("internal"));
    await appendAudit(tx, {
      kind: "group.proposed",
      subject,
      agencyIds: after.members.map(({ agency }) => agency),
      details: {
        about: toPublicId("agy", wish.agency),
        digest,
        ...(wish.as === undefined ? {} : { as: toPublicId("agy", wish.as) }),
        ...(entersAt === undefined ? {} : { entersAt }),
      },
      trust: groupNews(after),
    });
    await wakeGroups(tx);
    await notifyEvent(tx, { topic: "group", id: subject, version });
    return ok(await groupView(tx, actor, after));
  });
