import { type GroupRecord, groupFactsOf } from "#lib/data/groups.ts";
import { awaitedFor, foldGroup } from "#lib/domain/group.ts";
import type { TrustNews } from "#lib/domain/notices.ts";

/** Whose word a group waits for now: of members that have not answered, and about newcomers. */
export const groupNews = (group: GroupRecord): TrustNews => {
  const facts = groupFactsOf(group);
  const state = foldGroup(facts, group.acts);
  const silent = facts.members.filter(({ agency }) => {
    const stage = state.members.get(agency)?.stage;
    return stage === "invited" || stage === "requested";
  });
  const waitsFor = state.ended
    ? []
    : [...silent.map(({ agency }) => agency), ...facts.members.flatMap((member) => awaitedFor(facts, state, member))];
  return {
    agreed: false,
    digest: group.digest,
    waitsFor: [...new Set(waitsFor)],
    concerns: [],
    requestedBy: undefined,
  };
};
