import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { DeliveryList } from "#lib/contracts/webhooks.ts";
import { tryWebhook } from "#lib/operations/webhooks.ts";

export const POST = defineRoute({
  summary: "Have a trial sent to a webhook",
  params: idParam("whk"),
  body: NoBody,
  output: DeliveryList,
  run: tryWebhook,
});
