import { z } from "zod";
import { ENVIRONMENTS } from "#lib/domain/directory.ts";
import { At, text, Version } from "./common.ts";

export const FederationView = z
  .object({
    id: z.string(),
    name: z.string(),
    environment: z.enum(ENVIRONMENTS),
    epoch: z.int(),
    terms: z.string(),
    requiredAcr: z.string().nullable(),
    probeName: z.string(),
    version: Version,
    createdAt: At,
  })
  .meta({ id: "FederationView" });
export type FederationView = z.infer<typeof FederationView>;

export const UpdateFederation = z
  .strictObject({
    name: text(160).optional(),
    terms: text(20_000, 0).optional(),
    requiredAcr: text(200).nullable().optional(),
  })
  .meta({ id: "UpdateFederation" });
export type UpdateFederation = z.output<typeof UpdateFederation>;
