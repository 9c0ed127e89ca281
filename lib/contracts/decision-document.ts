import { z } from "zod";
import type { AgreementView, TimelineItem } from "./trust.ts";

/** What a disclosure copy may leave out: names of people, contacts, the secrecy assessment, servers and digests. */
export const MASKS = ["people", "contacts", "secrecy", "technical"] as const;
export type Mask = (typeof MASKS)[number];

const masks = z
  .string()
  .transform((text) => text.split(",").filter((word) => word !== ""))
  .pipe(z.array(z.enum(MASKS)));

export const DecisionDocumentQuery = z.strictObject({
  language: z.enum(["sv", "en"]).default("sv"),
  mask: masks.optional().meta({ description: `What to mask, with commas between: ${MASKS.join(", ")}.` }),
});

/** One act that led to the decision, or is it. */
export type DecisionAct = Pick<TimelineItem, "agency" | "side" | "person" | "at" | "diarienummer" | "rule"> & {
  readonly kind: Extract<TimelineItem["kind"], "request" | "endorse" | "accept" | "reconsent"> | "propose" | "consent";
};

/** What a decision document is written from: the terms that were decided last, and by whom. */
export type DecisionRecord = {
  readonly agreement: Pick<AgreementView, "id" | "parties" | "digest" | "termsNumber" | "mine"> & {
    readonly terms: NonNullable<AgreementView["terms"]>;
  };
  readonly acts: readonly DecisionAct[];
  /** When the last consent to these terms was given, ms since the epoch. */
  readonly decidedAt: number;
};
