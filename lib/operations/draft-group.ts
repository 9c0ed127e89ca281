import type { DraftGroup, GroupView } from "#lib/contracts/groups.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addGroup, appendGroupAct, getGroup } from "#lib/data/groups.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole, isCoordinator, reaches } from "#lib/domain/access.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type GroupTerms, groupDocument } from "#lib/domain/group.ts";
import { type GroupId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Content } from "#lib/domain/terms.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { newId } from "#lib/platform/ids.ts";
import { federationRefusal } from "./federation-refusals.ts";
import { type Candidate, candidatesOf } from "./group-members.ts";
import { groupNews } from "./group-news.ts";
import { groupView } from "./group-views.ts";
import { contentWished } from "./terms-wish.ts";

const at = (path: string): Refusal => refusal("invalid_input", { fields: [{ path, code: "value_missing" }] });

const refusalOf = (actor: Actor, { as, kind, joining, objectionMs, members, end }: DraftGroup): Refusal | undefined => {
  const may = as === undefined ? isCoordinator(actor) : hasRole(actor, as, "administrator", "approver");
  if (!may) return refusal("not_permitted");
  if (!reaches(actor, "agreements:write")) return refusal("scope_missing");
  if (new Set(as === undefined ? members : [as, ...members]).size < 2) return at("members");
  if (joining === "silence" && objectionMs === undefined) return at("objectionMs");
  return kind === "task_force" && end === undefined ? at("end") : undefined;
};

type Wish = Omit<DraftGroup, "content"> & { readonly content: Content | undefined };

const termsFor = (wish: Wish, candidates: readonly Candidate[]): GroupTerms => ({
  kind: wish.kind,
  name: wish.name,
  purpose: wish.purpose,
  members: candidates.map(({ named }) => named),
  joining: wish.joining,
  legalBasis: wish.legalBasis,
  objectionMs: wish.joining === "silence" ? wish.objectionMs : undefined,
  start: wish.start === undefined ? undefined : instant(wish.start),
  end: wish.end === undefined ? undefined : instant(wish.end),
  content: wish.content,
});

/** Terms as the federation's rules look at those of a pair: all against all. */
const asPair = ({ purpose, legalBasis, start, end, content, members }: GroupTerms) => ({
  purpose,
  parties: { home: members.map(({ agency }) => agency), partner: [] },
  servers: { home: members.flatMap(({ servers }) => servers), partner: [] },
  ...(legalBasis === undefined ? {} : { legalBasis }),
  ...(start === undefined ? {} : { start }),
  ...(end === undefined ? {} : { end }),
  ...(content === undefined ? {} : { content }),
});

/** Why the federation does not let such a group be drafted, or consented to. */
export const groupFederationRefusal = (
  tx: Tx,
  terms: GroupTerms,
  agencies: readonly Candidate["agency"][],
): Promise<Refusal | undefined> => federationRefusal(tx, { terms: asPair(terms), agencies, at: systemClock.now() });

type Drafted = { readonly id: GroupId; readonly terms: GroupTerms; readonly candidates: readonly Candidate[] };

const store = async (tx: Tx, actor: Actor, wish: Wish, { id, terms, candidates }: Drafted, federation: string) => {
  const now = systemClock.now();
  const document = groupDocument(federation, toPublicId("grp", id), terms);
  const digest = digestOf(document);
  await addGroup(tx, {
    id,
    kind: terms.kind,
    name: terms.name,
    document: canonicalJson(document),
    digest,
    maker: wish.as,
    createdBy: actor.person,
    createdAt: now,
    members: candidates.map(({ agency, named }) => ({
      agency: agency.id,
      approversRequired: agency.approversRequired,
      servers: named.servers,
      digest,
      since: now,
    })),
  });
  // Who drafts it for an agency asks that agency's approver by doing so.
  if (wish.as !== undefined)
    await appendGroupAct(tx, id, { kind: "request", agency: wish.as, person: actor.person, digest, at: now });
  return digest;
};

/**
 * Drafts a circle or a task force: the terms, with every member and its servers by name, are frozen here. Each member
 * consents once to exactly these, by its own approver after another of its people has asked.
 */
export const draftGroup = (actor: Actor, wish: DraftGroup): Promise<Result<GroupView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const id = idOf("grp", newId());
    const subject = toPublicId("grp", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    const refused = refusalOf(actor, wish);
    if (refused !== undefined) return say(refused);
    const judged = contentWished(wish, systemClock.now());
    if (!judged.ok) return say(judged.error);
    const federation = await readFederationRow(tx);
    if (federation === undefined) return say(refusal("not_found"));
    const named = wish.as === undefined ? wish.members : [wish.as, ...wish.members];
    const candidates = await candidatesOf(tx, actor, named);
    if (!candidates.ok) return say(candidates.error);
    const terms = termsFor({ ...wish, ...judged.value }, candidates.value);
    const agencies = candidates.value.map(({ agency }) => agency);
    const forbidden = await groupFederationRefusal(tx, terms, agencies);
    if (forbidden !== undefined) return say(forbidden);
    const digest = await store(tx, actor, judged.value, { id, terms, candidates: candidates.value }, federation.id);
    const group = await getGroup(tx, id);
    if (group === undefined) return err(refusal("internal"));
    await appendAudit(tx, {
      kind: "group.drafted",
      subject,
      agencyIds: agencies.map((agency) => agency.id),
      details: { kind: terms.kind, name: terms.name, digest, members: agencies.length },
      trust: groupNews(group),
    });
    await notifyEvent(tx, { topic: "group", id: subject, version: group.version });
    return ok(await groupView(tx, actor, group));
  });
