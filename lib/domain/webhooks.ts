import { HOUR, type Instant, later, MINUTE, SECOND } from "./instant.ts";
import { NOTICE_KINDS } from "./notices.ts";

/** What a webhook may be told: what people are told, and a trial that somebody asked for. */
export const TRIAL = "trial";
export const EVENT_KINDS = [...NOTICE_KINDS, TRIAL] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const DELIVERY_STATES = ["waiting", "delivered", "given_up"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Waits after each failed attempt, as Standard Webhooks recommends: some three days in all. */
const WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/** When the next attempt is due after that many failed ones; undefined when it is given up. */
export const nextAttemptAt = (attempts: number, now: Instant): Instant | undefined => {
  const wait = WAITS[attempts - 1];
  return wait === undefined ? undefined : later(now, wait);
};

/** How long a secret signs beside the one that took its place. */
export const OLD_SECRET_SIGNS = 24 * HOUR;

/** Where the secret belongs: sealed for this, it opens for no other agency, webhook or address. */
export const webhookContext = (webhook: {
  readonly agency: string;
  readonly id: string;
  readonly url: string;
}): string => `webhook\u0000${webhook.agency}\u0000${webhook.id}\u0000${webhook.url}`;
