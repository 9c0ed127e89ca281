import { defineRoute } from "#lib/api/define-route.ts";
import { AgreementsDecided, DecideMany } from "#lib/contracts/trust.ts";
import { decideMany } from "#lib/operations/many-trust.ts";

export const POST = defineRoute({
  summary: "Endorse and accept many under one review: all pass, or none does",
  body: DecideMany,
  output: AgreementsDecided,
  run: decideMany,
});
