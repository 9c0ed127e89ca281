import { defineRoute } from "#lib/api/define-route.ts";
import { NoBody } from "#lib/contracts/common.ts";
import { DeliveryList, DeliveryParam } from "#lib/contracts/webhooks.ts";
import { replayDelivery } from "#lib/operations/webhooks.ts";

export const POST = defineRoute({
  summary: "Send an event once more, under the same webhook-id",
  params: DeliveryParam,
  body: NoBody,
  output: DeliveryList,
  run: replayDelivery,
});
