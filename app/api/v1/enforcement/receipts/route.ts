import { defineSignedRoute } from "#lib/api/define-signed-route.ts";
import { ReceiptTaken } from "#lib/contracts/agents.ts";
import { takeReceipt } from "#lib/operations/take-receipt.ts";

export const POST = defineSignedRoute({
  summary: "Take the signed receipt of an enforcement point that cannot be called",
  output: ReceiptTaken,
  maxBytes: 262_144,
  run: takeReceipt,
});
