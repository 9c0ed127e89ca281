import { z } from "zod";
import { CHANGE_KINDS } from "#lib/domain/directory.ts";
import { MOVES } from "#lib/domain/trust.ts";
import { AgencyRef, At, HomeserverRef, PageQuery, PublicId, page } from "./common.ts";
import { AgreementSummary } from "./trust.ts";

export const INBOX_KINDS = [
  "endorse",
  "accept",
  "reconsent",
  "change",
  "awaiting_partner",
  "held_list",
  "firewall",
  "shut_locally",
  "import",
] as const;
export const DIRECTIONS = ["incoming", "outgoing", "expired"] as const;

/** Something that waits: for the caller (`incoming`), for the other side (`outgoing`), or for nobody any more. */
export const InboxItem = z
  .object({
    id: z.string().meta({ description: "The agreement, change, homeserver or batch of agreements it is about." }),
    kind: z.enum(INBOX_KINDS),
    direction: z.enum(DIRECTIONS),
    as: AgencyRef.meta({ description: "The caller's agency for which it waits." }),
    counterpart: AgencyRef.nullable(),
    agreement: PublicId("agr").nullable(),
    change: PublicId("chg").nullable(),
    changeKind: z.enum(CHANGE_KINDS).nullable(),
    homeserver: HomeserverRef.nullable(),
    purpose: z.string().nullable(),
    waitingSince: At,
    deadline: At.nullable(),
    moves: z.array(z.enum([...MOVES, "approve", "reject"])).meta({ description: "What the caller may answer." }),
  })
  .meta({ id: "InboxItem" });
export type InboxItem = z.infer<typeof InboxItem>;

export const InboxQuery = PageQuery.extend({ direction: z.enum(DIRECTIONS).optional() });
export type InboxQuery = z.output<typeof InboxQuery>;
export const InboxPage = page(InboxItem).meta({ id: "InboxPage" });
export type InboxPage = z.infer<typeof InboxPage>;

/** The one sentence of the overview: `overview.<sentence>` in the messages, with the counts as parameters. */
export const OVERVIEW_SENTENCES = [
  "monitoring_stopped",
  "alarm",
  "drift",
  "unreachable",
  "needs_you",
  "empty",
  "all_well",
] as const;

export const SETUP_TASKS = [
  "add_agency",
  "activate_agency",
  "add_homeserver",
  "invite_approver",
  "request_trust",
] as const;

export const OverviewView = z
  .object({
    sentence: z.enum(OVERVIEW_SENTENCES),
    counts: z.object({ needsYou: z.int(), drift: z.int(), unreachable: z.int() }),
    inForce: z.object({ count: z.int(), of: z.int() }),
    monitoring: z.object({ state: z.enum(["running", "stopped"]), lastSeenAt: At.nullable() }),
    top: z.array(InboxItem),
    agreements: z.array(AgreementSummary),
    tasks: z.array(z.object({ task: z.enum(SETUP_TASKS), done: z.boolean() })),
    at: At,
  })
  .meta({ id: "OverviewView" });
export type OverviewView = z.infer<typeof OverviewView>;
