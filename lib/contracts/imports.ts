import { z } from "zod";
import { LEVELS } from "#lib/domain/classification.ts";
import { IMPORT_MOVES, IMPORT_STAGES, ROW_STATES } from "#lib/domain/import.ts";
import { AgencyRef, At, Digest, idInput, PageQuery, PersonRef, PublicId, page, text, Version } from "./common.ts";

/** One act on a batch. `as` is absent where a coordinator withdraws it; `digest` is that of the agency's rows as shown. */
export const DecideImport = z
  .strictObject({
    as: idInput("agy").optional(),
    move: z.enum(IMPORT_MOVES),
    digest: Digest,
    leftOut: z.array(z.int().min(1)).max(20_000).default([]).meta({ description: "Lines that are not confirmed." }),
    reason: text(2_000).optional(),
  })
  .meta({ id: "DecideImport" });
export type DecideImport = z.output<typeof DecideImport>;

export const ImportPartyView = z.object({
  agency: AgencyRef,
  rows: z.int(),
  stage: z.enum(IMPORT_STAGES),
  digest: Digest,
  approversRequired: z.union([z.literal(1), z.literal(2)]),
  confirmedBy: z.array(z.object({ person: PersonRef, at: At })),
  reason: z.string().nullable(),
  allowed: z.array(z.enum(IMPORT_MOVES)).meta({ description: "What the caller may do for this agency." }),
});
export type ImportPartyView = z.infer<typeof ImportPartyView>;

/** A batch of agreements that stand on paper, as far as it is the reader's: own agencies and those they meet in it. */
export const ImportView = z
  .object({
    id: PublicId("imp"),
    version: Version,
    digest: Digest,
    createdAt: At,
    createdBy: PersonRef,
    rows: z.int().meta({ description: "Rows that the reader may see." }),
    made: z.int().meta({ description: "Of those, the ones that an agreement stands on." }),
    withdrawn: z.boolean(),
    reason: z.string().nullable(),
    mayWithdraw: z.boolean(),
    parties: z.array(ImportPartyView),
  })
  .meta({ id: "ImportView" });
export type ImportView = z.infer<typeof ImportView>;

export const ImportRowView = z.object({
  line: z.int(),
  home: AgencyRef,
  partner: AgencyRef,
  purpose: z.string(),
  servers: z.object({ home: z.array(z.string()), partner: z.array(z.string()) }),
  legalBasis: z.string().nullable(),
  start: At.nullable(),
  end: At.nullable(),
  ceiling: z.literal(LEVELS).nullable(),
  personalData: z.boolean().nullable(),
  residency: z.string().nullable(),
  diarienummer: z.object({ home: z.string().nullable(), partner: z.string().nullable() }),
  digest: Digest,
  state: z.enum([...ROW_STATES, "made", "not_made"]),
  agreement: PublicId("agr").nullable(),
  code: z.string().nullable().meta({ description: "Why nothing was made of it though both sides confirmed." }),
});
export type ImportRowView = z.infer<typeof ImportRowView>;
export const ImportRowPage = page(ImportRowView).meta({ id: "ImportRowPage" });
export type ImportRowPage = z.infer<typeof ImportRowPage>;
export const ImportRowQuery = PageQuery;

const ImportSummary = z.object({
  id: PublicId("imp"),
  createdAt: At,
  agreements: z.int(),
  parties: z.int(),
  confirmed: z.int(),
  withdrawn: z.boolean(),
});
export const ImportList = z.object({ items: z.array(ImportSummary) }).meta({ id: "ImportList" });
export type ImportList = z.infer<typeof ImportList>;
