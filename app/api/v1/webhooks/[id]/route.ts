import { defineRoute } from "#lib/api/define-route.ts";
import { idParam, NoBody } from "#lib/contracts/common.ts";
import { SwitchWebhook, WebhookList, WebhookView } from "#lib/contracts/webhooks.ts";
import { removeWebhook, setWebhook } from "#lib/operations/webhooks.ts";

export const PUT = defineRoute({
  summary: "Switch a webhook on or off",
  params: idParam("whk"),
  body: SwitchWebhook,
  output: WebhookView,
  run: setWebhook,
});

export const DELETE = defineRoute({
  summary: "Remove a webhook, its secret and its log",
  params: idParam("whk"),
  body: NoBody,
  output: WebhookList,
  run: removeWebhook,
});
