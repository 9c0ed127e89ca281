import type { z } from "zod";
import type { DraftGroup } from "#lib/contracts/groups.ts";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { GROUP_KINDS, JOININGS } from "#lib/domain/group.ts";
import { DAY } from "#lib/domain/instant.ts";
import { endOfDay } from "../trust/draft.ts";

/** What has been answered of a group that is drafted. "" is not answered; `as` is "" for a coordinator. */
export type Draft = {
  readonly as: string;
  readonly kind: string;
  readonly name: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly members: readonly string[];
  readonly joining: string;
  readonly objectionDays: string;
  readonly ceiling: string;
  readonly end: string;
};

export const EMPTY_DRAFT: Draft = {
  as: "",
  kind: "circle",
  name: "",
  purpose: "",
  legalBasis: "",
  members: [],
  joining: "silence",
  objectionDays: "14",
  ceiling: "",
  end: "",
};

/** The fields that must be answered and are not. */
export const missingIn = (draft: Draft): readonly ("name" | "purpose" | "members" | "end")[] => {
  const others = draft.members.filter((id) => id !== draft.as);
  return [
    ...(draft.name.trim() === "" ? (["name"] as const) : []),
    ...(draft.purpose.trim() === "" ? (["purpose"] as const) : []),
    ...(others.length < (draft.as === "" ? 2 : 1) ? (["members"] as const) : []),
    ...(draft.kind === "task_force" && draft.end === "" ? (["end"] as const) : []),
  ];
};

/** The draft as the interface takes it. */
export const groupOf = (draft: Draft): z.input<typeof DraftGroup> => {
  const ceiling = NAMED_LEVELS.find((level) => level === draft.ceiling);
  const joining = JOININGS.find((each) => each === draft.joining) ?? "all";
  return {
    ...(draft.as === "" ? {} : { as: draft.as }),
    kind: GROUP_KINDS.find((each) => each === draft.kind) ?? "circle",
    name: draft.name,
    purpose: draft.purpose,
    ...(draft.legalBasis.trim() === "" ? {} : { legalBasis: draft.legalBasis }),
    members: [...draft.members],
    joining,
    ...(joining === "silence" ? { objectionMs: Number(draft.objectionDays) * DAY } : {}),
    ...(draft.end === "" ? {} : { end: endOfDay(draft.end) }),
    ...(ceiling === undefined ? {} : { content: { ceiling } }),
  };
};
