import { z } from "zod";
import { LIMITS } from "#lib/domain/platform-limits.ts";
import { RESIDENCY_VERDICTS } from "#lib/domain/residency.ts";
import { STATION_STATES, STATIONS, STATUSES } from "#lib/domain/statuses.ts";
import { PATH_OUTCOMES } from "#lib/domain/surroundings.ts";
import { MOVES, SIDES, STAGES } from "#lib/domain/trust.ts";
import {
  AgencyRef,
  At,
  atInput,
  ByRule,
  Digest,
  HomeserverRef,
  idInput,
  PageQuery,
  PersonRef,
  PublicId,
  page,
  text,
  Version,
} from "./common.ts";
import { ContentInput, ContentView } from "./terms.ts";

/**
 * Asks another agency for trust. Without `homeServers`/`partnerServers` every homeserver of that agency is named.
 * An absent `start` means at once, an absent `end` until revoked.
 */
export const RequestTrust = z
  .strictObject({
    as: idInput("agy"),
    partner: idInput("agy"),
    purpose: text(2_000),
    legalBasis: text(1_000).optional(),
    homeServers: z.array(idInput("hs")).min(1).max(50).optional(),
    partnerServers: z.array(idInput("hs")).min(1).max(50).optional(),
    start: atInput.optional(),
    end: atInput.optional(),
    content: ContentInput.optional(),
  })
  .meta({ id: "RequestTrust" });
export type RequestTrust = z.output<typeof RequestTrust>;

/** One act on an agreement, for one of the caller's agencies. `digest` is that of the terms as they were shown. */
export const DecideTrust = z
  .strictObject({
    as: idInput("agy"),
    move: z.enum(MOVES),
    digest: text(100),
    preview: text(100)
      .optional()
      .meta({ description: "The preview's digest as it was shown: refused if the same move would do otherwise now." }),
    reason: text(2_000).optional(),
    diarienummer: text(100).optional(),
  })
  .meta({ id: "DecideTrust" });
export type DecideTrust = z.output<typeof DecideTrust>;

const MANY = 100;

/** The same request to many agencies at once: terms of their own for each pair, all of each partner's servers. */
export const RequestMany = RequestTrust.omit({ partner: true, partnerServers: true })
  .extend({ partners: z.array(idInput("agy")).min(1).max(MANY) })
  .meta({ id: "RequestMany" });
export type RequestMany = z.output<typeof RequestMany>;

/** Many endorsements and acceptances by one person under one review, each bound to what was shown of it. */
export const DecideMany = z
  .strictObject({
    as: idInput("agy"),
    diarienummer: text(100).optional(),
    items: z
      .array(
        z.strictObject({
          id: idInput("agr"),
          move: z.enum(["endorse", "accept"]),
          version: z.int().positive(),
          digest: text(100),
        }),
      )
      .min(1)
      .max(MANY),
  })
  .meta({ id: "DecideMany" });
export type DecideMany = z.output<typeof DecideMany>;

export const AgreementsDecided = z
  .object({ items: z.array(z.object({ id: PublicId("agr"), version: Version, stage: z.enum(STAGES) })) })
  .meta({ id: "AgreementsDecided" });
export type AgreementsDecided = z.infer<typeof AgreementsDecided>;

export const STATION_WRITERS = ["portal", "homeserver", "probe", "partner"] as const;
/** A station of a lane: what was seen, when, and who saw it. Nothing lights from the portal's own write but `desired`. */
export const StationView = z.object({
  station: z.enum(STATIONS),
  state: z.enum(STATION_STATES),
  at: At.nullable(),
  by: z.enum(STATION_WRITERS),
  detail: z.record(z.string(), z.unknown()).nullable(),
});
export type StationView = z.infer<typeof StationView>;

/** One direction of one door: whether `from`'s requests are let in at `to`, as read at `to`. */
export const LaneView = z
  .object({
    from: HomeserverRef,
    to: HomeserverRef,
    status: z.enum(STATUSES),
    stations: z.array(StationView).length(4),
    path: z
      .object({ outcome: z.enum(PATH_OUTCOMES), status: z.int(), errcode: z.string(), at: At, tookMs: z.int() })
      .nullable()
      .meta({ description: "What `from` itself met when it last tried `to` over its own path." }),
  })
  .meta({ id: "LaneView" });
export type LaneView = z.infer<typeof LaneView>;

export const PartyView = z.object({
  agency: AgencyRef,
  side: z.enum(SIDES),
  servers: z.array(HomeserverRef),
  approversRequired: z.union([z.literal(1), z.literal(2)]),
  suspended: z.boolean(),
  stopped: z.boolean().meta({ description: "An emergency stop shuts all of its doors now." }),
  awaitingReconsent: z.boolean(),
});
export type PartyView = z.infer<typeof PartyView>;

/** The terms as frozen; read by the parties alone. */
export const TermsView = z
  .object({
    purpose: z.string(),
    legalBasis: z.string().nullable(),
    parties: z.record(z.enum(SIDES), z.array(z.string())),
    servers: z.record(z.enum(SIDES), z.array(z.string())),
    start: At.nullable(),
    end: At.nullable(),
    content: ContentView.nullable(),
    basis: z
      .object({ group: PublicId("grp"), name: z.string().nullable(), digest: Digest, silent: z.enum(SIDES).nullable() })
      .nullable()
      .meta({ description: "The circle or task force that it came of, and the side that consented by silence." }),
  })
  .meta({ id: "TermsView" });
export type TermsView = z.infer<typeof TermsView>;

export const ConsentView = z.object({
  id: PublicId("dec"),
  agency: AgencyRef,
  side: z.enum(SIDES),
  kind: z.enum(["endorse", "accept", "reconsent"]),
  person: PersonRef.nullable(),
  at: At,
  diarienummer: z.string().nullable(),
  acr: z.string().nullable(),
  rule: ByRule.nullable(),
  digest: Digest,
});

/** What the caller may do now, for which of their agencies. `undoUntil` is set where `undo` is among them. */
export const AllowedMoves = z.object({ as: AgencyRef, moves: z.array(z.enum(MOVES)), undoUntil: At.nullable() });

export const AgreementSummary = z
  .object({
    id: PublicId("agr"),
    version: Version,
    stage: z.enum(STAGES),
    closedBy: z.enum(["decline", "withdraw", "revoke", "undo", "leave", "part"]).nullable(),
    status: z.enum(STATUSES).meta({ description: "What is measured. `agreed` is never shown as in force." }),
    /** Not yet begun or already ended, by the dates of the terms. */
    phase: z.enum(["before", "within", "after"]),
    parties: z.array(PartyView),
    purpose: z.string().nullable().meta({ description: "Null where the caller is no party." }),
    start: At.nullable(),
    end: At.nullable(),
    createdAt: At,
    agreedAt: At.nullable(),
    closedAt: At.nullable(),
    lanes: z
      .array(LaneView)
      .meta({ description: "Both directions of every door, as last measured; none for who is no party." }),
    mine: z.enum(SIDES).nullable().meta({ description: "The caller's side, if any." }),
    allowed: z.array(AllowedMoves),
  })
  .meta({ id: "AgreementSummary" });
export type AgreementSummary = z.infer<typeof AgreementSummary>;

export const AgreementView = AgreementSummary.extend({
  terms: TermsView.nullable().meta({ description: "Null where the caller is no party." }),
  digest: Digest.nullable(),
  termsNumber: z.int().nullable(),
  renamed: z.array(z.object({ was: z.string(), now: z.string() })).meta({
    description: "What the terms call a homeserver otherwise than those before them: what a held agreement waits for.",
  }),
  requestedBy: PersonRef.nullable(),
  consents: z.array(ConsentView),
  opensAlso: z
    .array(AgencyRef)
    .meta({ description: "Agencies that share a named server and so become reachable too." }),
}).meta({ id: "AgreementView" });
export type AgreementView = z.infer<typeof AgreementView>;

export const AgreementQuery = PageQuery.extend({
  stage: z.enum(STAGES).optional(),
  agency: idInput("agy").optional(),
});
export type AgreementQuery = z.output<typeof AgreementQuery>;
export const AgreementPage = page(AgreementSummary).meta({ id: "AgreementPage" });
export type AgreementPage = z.infer<typeof AgreementPage>;

export const DECISION_KINDS = [...MOVES, "request", "hold", "amend", "leave", "part"] as const;
/** One recorded act, oldest first. */
export const TimelineItem = z
  .object({
    id: PublicId("dec"),
    kind: z.enum(DECISION_KINDS),
    side: z.enum(SIDES),
    agency: AgencyRef,
    person: PersonRef.nullable().meta({ description: "Null where the portal itself acted." }),
    at: At,
    termsNumber: z.int(),
    diarienummer: z.string().nullable(),
    reason: z.string().nullable(),
    acr: z.string().nullable(),
    rule: ByRule.nullable(),
  })
  .meta({ id: "TimelineItem" });
export type TimelineItem = z.infer<typeof TimelineItem>;
export const TimelineView = page(TimelineItem).meta({ id: "TimelineView" });
export type TimelineView = z.infer<typeof TimelineView>;

export const EvidenceView = z
  .object({ status: z.enum(STATUSES), lanes: z.array(LaneView), at: At })
  .meta({ id: "EvidenceView" });
export type EvidenceView = z.infer<typeof EvidenceView>;

export const PreviewQuery = z.strictObject({ move: z.enum(MOVES).default("accept") });
export type PreviewQuery = z.output<typeof PreviewQuery>;

/** A line of a homeserver's list: what it gains, loses, or keeps because another agreement holds it open. */
export const PreviewLine = z.object({
  change: z.enum(["add", "remove", "keep"]),
  server: z.string(),
  agencies: z.array(AgencyRef),
  /** The other agreements that hold this line; ids only of those the caller may see. */
  heldBy: z.array(PublicId("agr")),
});
export const PreviewView = z
  .object({
    move: z.enum(MOVES),
    effect: z.enum(["opens", "closes", "nothing"]),
    /** When it takes effect: at once (null) or at the start of the terms. */
    at: At.nullable(),
    homeservers: z.array(
      z.object({
        homeserver: HomeserverRef,
        agencies: z.array(AgencyRef),
        mode: z.enum(["observe", "enforce"]),
        lines: z.array(PreviewLine),
        /** What the server's platform cannot do. */
        limits: z.array(z.enum(LIMITS)),
      }),
    ),
    opensAlso: z.array(AgencyRef),
    digest: Digest.meta({ description: "Over all of this that a decision is about." }),
    residency: z
      .array(
        z.object({
          serverName: z.string(),
          verdict: z.enum(RESIDENCY_VERDICTS),
          country: z.string().nullable(),
          leadsTo: z.string().nullable(),
        }),
      )
      .meta({ description: "Each server against the residency rule of the terms; empty where there is none." }),
  })
  .meta({ id: "PreviewView" });
export type PreviewView = z.infer<typeof PreviewView>;
