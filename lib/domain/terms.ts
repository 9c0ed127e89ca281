import type { JsonObject } from "./canonical.ts";
import type { Level } from "./classification.ts";
import { DAY, type Instant, later } from "./instant.ts";

/** Where the servers of an agreement may stand. */
export const RESIDENCY_RULES = ["anywhere", "eea", "sweden"] as const;
export type ResidencyRule = (typeof RESIDENCY_RULES)[number];

export type Law = { readonly law: string; readonly section: string };

/** A file that belongs to the terms; it stays with the agencies, its digest stands here. */
export type Attachment = { readonly name: string; readonly digest: string };

/** What an agreement says beyond its servers and dates. Each key is absent where nothing was said. */
export type Content = {
  readonly laws?: readonly Law[] | undefined;
  readonly secrecy?: { readonly assessment: string; readonly by: string } | undefined;
  readonly ceiling?: Level | undefined;
  /** What each side calls the ceiling in its own scale, as mapped when the terms were frozen. */
  readonly levelNames?: Readonly<Partial<Record<"home" | "partner", string>>> | undefined;
  readonly personalData?: boolean | undefined;
  readonly residency?: ResidencyRule | undefined;
  /** Ends by itself after thirty days; the end itself stands among the dates. */
  readonly trial?: true | undefined;
  readonly contacts?: readonly string[] | undefined;
  readonly conditions?: string | undefined;
  /** How long the doors stay open past the list's own validity while the portal cannot be reached, in milliseconds. */
  readonly offlineMs?: number | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
};

export const TRIAL = 30 * DAY;
/** A link may be lost for a month at most before the door must be decided about again. */
export const MOST_OFFLINE = 30 * DAY;

/** When a trial ends: thirty days after it begins, or after it was asked for. */
export const trialEnd = (start: Instant | undefined, now: Instant): Instant =>
  later(start !== undefined && start > now ? start : now, TRIAL);

/** The content as it stands in the canonical terms: only what was said. */
export const contentDocument = (content: Content): JsonObject => ({
  ...(content.laws === undefined ? {} : { laws: content.laws.map(({ law, section }) => ({ law, section })) }),
  ...(content.secrecy === undefined ? {} : { secrecy: { ...content.secrecy } }),
  ...(content.ceiling === undefined ? {} : { ceiling: content.ceiling }),
  ...(content.levelNames === undefined ? {} : { level_names: { ...content.levelNames } }),
  ...(content.personalData === undefined ? {} : { personal_data: content.personalData }),
  ...(content.residency === undefined ? {} : { residency: content.residency }),
  ...(content.trial === undefined ? {} : { trial: content.trial }),
  ...(content.contacts === undefined ? {} : { contacts: [...content.contacts] }),
  ...(content.conditions === undefined ? {} : { conditions: content.conditions }),
  ...(content.offlineMs === undefined ? {} : { offline_ms: content.offlineMs }),
  ...(content.attachments === undefined
    ? {}
    : { attachments: content.attachments.map(({ name, digest }) => ({ name, digest })) }),
});

/** Every term that an agreement can have, in the order in which it is read. */
export const TERM_NAMES = [
  "purpose",
  "legalBasis",
  "laws",
  "secrecy",
  "ceiling",
  "personalData",
  "residency",
  "servers",
  "start",
  "end",
  "trial",
  "offlineMs",
  "contacts",
  "conditions",
  "attachments",
] as const;
export type TermName = (typeof TERM_NAMES)[number];

/** Terms that a server itself obeys. A list of names opens everything between two servers: the rest is for people to keep. */
const TECHNICAL: ReadonlySet<TermName> = new Set<TermName>(["servers", "start", "end", "trial", "offlineMs"]);

/** How a term is kept: by the servers themselves, or by the people and routines of both sides. */
export const keptBy = (term: TermName): "technically" | "organisationally" =>
  TECHNICAL.has(term) ? "technically" : "organisationally";
