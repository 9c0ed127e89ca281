import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { DeliveryList } from "#lib/contracts/webhooks.ts";
import { listDeliveries } from "#lib/operations/webhooks.ts";

export const GET = defineRoute({
  summary: "The latest hundred deliveries to a webhook, newest first",
  params: idParam("whk"),
  output: DeliveryList,
  run: listDeliveries,
});
