import { z } from "zod";
import { ENVIRONMENTS } from "#lib/domain/directory.ts";
import { text } from "./common.ts";
import { CreateAgency } from "./directory.ts";
import { secretInput } from "./session.ts";

/** What the sign-in and set-up pages need before anyone is signed in. */
export const SetUpState = z
  .object({
    needed: z.boolean().meta({ description: "No coordinator yet: the set-up link opens the set-up page." }),
    federation: z.object({ id: z.string(), name: z.string(), environment: z.enum(ENVIRONMENTS) }).nullable(),
    providers: z
      .array(z.object({ id: z.string(), label: z.string() }))
      .meta({ description: "Sign in by POST /api/auth/signin/{id} with the token of GET /api/auth/csrf." }),
    links: z
      .enum(["mail", "terminal"])
      .meta({ description: "`terminal`: whoever runs the server prints a link with `tillit sign-in-link`." }),
  })
  .meta({ id: "SetUpState" });
export type SetUpState = z.infer<typeof SetUpState>;

/** Begins a federation: its name, its first agency and its first coordinator, who is signed in by it. */
export const SetUp = z
  .strictObject({
    token: secretInput,
    federation: z.strictObject({ name: text(160), terms: text(20_000, 0).default("") }),
    agency: CreateAgency,
    coordinator: z.strictObject({ name: text(120), email: z.email().max(254).nullable().default(null) }),
  })
  .meta({ id: "SetUp" });
export type SetUp = z.output<typeof SetUp>;
