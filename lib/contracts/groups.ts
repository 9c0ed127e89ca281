import { z } from "zod";
import { LEVELS } from "#lib/domain/classification.ts";
import {
  GROUP_KINDS,
  GROUP_MOVES,
  JOININGS,
  LEAST_OBJECTION,
  MEMBER_STAGES,
  MOST_MEMBERS,
  MOST_OBJECTION,
  PAIR_STATES,
} from "#lib/domain/group.ts";
import { AgencyRef, At, atInput, Digest, idInput, PersonRef, PublicId, text, Version } from "./common.ts";
import { ContentInput, ContentView } from "./terms.ts";

/** Drafts a circle or a task force. `as` is absent where a coordinator drafts it, and is a member otherwise. */
export const DraftGroup = z
  .strictObject({
    as: idInput("agy").optional(),
    kind: z.enum(GROUP_KINDS),
    name: text(200),
    purpose: text(2_000),
    legalBasis: text(1_000).optional(),
    members: z.array(idInput("agy")).min(1).max(MOST_MEMBERS),
    joining: z.enum(JOININGS),
    objectionMs: z.int().min(LEAST_OBJECTION).max(MOST_OBJECTION).optional(),
    start: atInput.optional(),
    end: atInput.optional().meta({ description: "A task force has one." }),
    content: ContentInput.optional(),
  })
  .meta({ id: "DraftGroup" });
export type DraftGroup = z.output<typeof DraftGroup>;

/** One act on a group. `digest` is that of what the act is about, as it was shown. */
export const DecideGroup = z
  .strictObject({
    as: idInput("agy").optional(),
    move: z.enum(GROUP_MOVES),
    about: idInput("agy").optional(),
    digest: text(100),
    ceiling: z.literal(LEVELS).optional().meta({ description: "The level that this member brings to a task force." }),
    reason: text(2_000).optional(),
    diarienummer: text(100).optional(),
  })
  .meta({ id: "DecideGroup" });
export type DecideGroup = z.output<typeof DecideGroup>;

export const ProposeMember = z
  .strictObject({ as: idInput("agy").optional(), agency: idInput("agy") })
  .meta({ id: "ProposeMember" });
export type ProposeMember = z.output<typeof ProposeMember>;

const MemberConsent = z.object({ person: PersonRef, at: At, diarienummer: z.string().nullable() });

export const GroupMemberView = z.object({
  agency: AgencyRef,
  servers: z.array(z.string()),
  stage: z.enum(MEMBER_STAGES),
  approversRequired: z.union([z.literal(1), z.literal(2)]),
  requestedBy: PersonRef.nullable(),
  consents: z.array(MemberConsent),
  ceiling: z.literal(LEVELS).nullable(),
  digest: Digest,
  newcomer: z.boolean(),
  since: At,
  entersAt: At.nullable().meta({ description: "When silence has consented for the members that were there before." }),
  awaits: z.array(AgencyRef).meta({ description: "Members whose consent to this newcomer is awaited." }),
});
export type GroupMemberView = z.infer<typeof GroupMemberView>;

/** What stands between one of the reader's agencies and another member. */
export const GroupPairView = z.object({
  own: AgencyRef,
  other: AgencyRef,
  state: z.enum(PAIR_STATES),
  agreement: PublicId("agr").nullable(),
  /** Who consented to the other by silence. */
  silent: AgencyRef.nullable(),
});
export type GroupPairView = z.infer<typeof GroupPairView>;

export const GroupSummary = z
  .object({
    id: PublicId("grp"),
    kind: z.enum(GROUP_KINDS),
    name: z.string(),
    purpose: z.string(),
    state: z.enum(["open", "ended", "expired"]),
    start: At.nullable(),
    end: At.nullable(),
    members: z.int(),
    consented: z.int(),
    ceiling: z.literal(LEVELS).nullable().meta({ description: "The lowest level that anyone brings." }),
    createdAt: At,
    version: Version,
  })
  .meta({ id: "GroupSummary" });
export type GroupSummary = z.infer<typeof GroupSummary>;

export const GroupView = GroupSummary.extend({
  members: z.array(GroupMemberView),
  legalBasis: z.string().nullable(),
  joining: z.enum(JOININGS),
  objectionMs: z.int().nullable(),
  content: ContentView.nullable(),
  digest: Digest,
  maker: AgencyRef.nullable(),
  createdBy: PersonRef,
  pairs: z.array(GroupPairView),
  doors: z.object({ open: z.int(), of: z.int() }).meta({ description: "Pairs of all members." }),
  acts: z.array(
    z.object({
      kind: z.enum([...GROUP_MOVES, "propose"]),
      agency: AgencyRef.nullable(),
      about: AgencyRef.nullable(),
      person: PersonRef,
      at: At,
      reason: z.string().nullable(),
    }),
  ),
  allowed: z.array(
    z.object({
      as: AgencyRef.nullable().meta({ description: "Null: as a coordinator." }),
      moves: z.array(z.enum(GROUP_MOVES)),
      admit: z.array(AgencyRef),
      except: z.array(AgencyRef),
      propose: z.boolean(),
    }),
  ),
  roomAcl: z.string().meta({ description: "Content of an m.room.server_acl event for a room of all members." }),
}).meta({ id: "GroupView" });
export type GroupView = z.infer<typeof GroupView>;

export const GroupList = z
  .object({
    items: z.array(GroupSummary).meta({ description: "The newest first; at most 100." }),
    /** For which the reader may draft one; null stands for a coordinator. */
    drafts: z.array(AgencyRef.nullable()),
  })
  .meta({ id: "GroupList" });
export type GroupList = z.infer<typeof GroupList>;
