import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { NewWebhookView } from "#lib/contracts/webhooks.ts";
import { rotateWebhook } from "#lib/operations/webhooks.ts";

export const POST = defineRoute({
  summary: "Give a webhook a new secret; the old one signs beside it for a day",
  params: idParam("whk"),
  body: NoBody,
  output: NewWebhookView,
  replay: (view) => ({ ...view, secret: null }),
  run: rotateWebhook,
});
