import { z } from "zod";
import { NOTICE_KINDS } from "#lib/domain/notices.ts";
import { DELIVERY_STATES, EVENT_KINDS } from "#lib/domain/webhooks.ts";
import { At, fault, idInput, PublicId, text } from "./common.ts";

/** An https address without a user, a password or a fragment. Private addresses are refused when it is called. */
const webhookUrl = text(2_000).transform((given, ctx): string => {
  if (!URL.canParse(given)) return fault(ctx, "webhook_url_wrong");
  const url = new URL(given);
  const plain = url.protocol === "https:" && url.username === "" && url.password === "" && url.hash === "";
  return plain ? url.href : fault(ctx, "webhook_url_wrong");
});

/** An address of an agency's own that is told, and of what. */
export const CreateWebhook = z
  .strictObject({ url: webhookUrl, kinds: z.array(z.enum(NOTICE_KINDS)).min(1).max(NOTICE_KINDS.length) })
  .meta({ id: "CreateWebhook" });
export type CreateWebhook = z.output<typeof CreateWebhook>;

export const SwitchWebhook = z.strictObject({ enabled: z.boolean() }).meta({ id: "SwitchWebhook" });
export type SwitchWebhook = z.output<typeof SwitchWebhook>;

export const WebhookView = z
  .object({
    id: PublicId("whk"),
    url: z.string(),
    kinds: z.array(z.enum(EVENT_KINDS)),
    enabled: z.boolean(),
    offCode: z.string().nullable().meta({ description: "Why the portal switched it off, where it did." }),
    createdAt: At,
    rotatingUntil: At.nullable().meta({ description: "Until then the secret that was signs too." }),
  })
  .meta({ id: "WebhookView" });
export type WebhookView = z.infer<typeof WebhookView>;

export const WebhookList = z
  .object({ items: z.array(WebhookView), mayChange: z.boolean() })
  .meta({ id: "WebhookList" });
export type WebhookList = z.infer<typeof WebhookList>;

/** The only answer that ever holds the secret; null in a replay of the same request. */
export const NewWebhookView = WebhookView.extend({
  secret: z.string().nullable().meta({ description: "Shown once: `whsec_…`, as Standard Webhooks writes it." }),
}).meta({ id: "NewWebhookView" });
export type NewWebhookView = z.infer<typeof NewWebhookView>;

export const DeliveryView = z
  .object({
    id: PublicId("dlv"),
    messageId: z.string().meta({ description: "`webhook-id`: the same for each attempt and each replay." }),
    kind: z.enum(EVENT_KINDS),
    at: At,
    state: z.enum(DELIVERY_STATES),
    attempts: z.int().min(0),
    nextAt: At.nullable(),
    lastAt: At.nullable(),
    lastStatus: z.int().nullable(),
    lastCode: z.string().nullable(),
  })
  .meta({ id: "DeliveryView" });
export type DeliveryView = z.infer<typeof DeliveryView>;

export const DeliveryList = z.object({ items: z.array(DeliveryView) }).meta({ id: "DeliveryList" });
export type DeliveryList = z.infer<typeof DeliveryList>;

export const DeliveryParam = z.strictObject({ id: idInput("whk"), delivery: idInput("dlv") });
