import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { CreateWebhook, NewWebhookView, WebhookList } from "#lib/contracts/webhooks.ts";
import { createWebhook, listWebhooks } from "#lib/operations/webhooks.ts";

export const GET = defineRoute({
  summary: "Where an agency's own systems are told",
  params: idParam("agy"),
  output: WebhookList,
  run: listWebhooks,
});

export const POST = defineRoute({
  summary: "Make a webhook; its secret is shown once",
  params: idParam("agy"),
  body: CreateWebhook,
  output: NewWebhookView,
  status: 201,
  replay: (webhook) => ({ ...webhook, secret: null }),
  run: createWebhook,
});
