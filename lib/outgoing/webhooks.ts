import { Webhook } from "standardwebhooks";
import { appendAudit } from "#lib/data/audit.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { claimDeliveries, type Outgoing, recordAttempt, switchWebhook } from "#lib/data/webhooks.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { type Instant, later, MINUTE } from "#lib/domain/instant.ts";
import { type NoticeKind, pageOfNotice } from "#lib/domain/notices.ts";
import { ok } from "#lib/domain/result.ts";
import { nextAttemptAt, TRIAL, webhookContext } from "#lib/domain/webhooks.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { unseal } from "#lib/platform/sealing.ts";
import type { SealingKey } from "#lib/signing/sealing-key.ts";

export type WebhookDeps = {
  readonly http: Http;
  readonly clock: Clock;
  readonly sealing: SealingKey;
  readonly baseUrl: string;
};

const AT_ONCE = 40;
const CLAIM = 5 * MINUTE;
const TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 64 * 1024;
/** The receiver is gone for good and wants no more (Standard Webhooks: stop sending). */
const GONE = 410;

const pageOf = (kind: NoticeKind | typeof TRIAL, subject: string): string =>
  kind === TRIAL ? "/settings/webhooks" : pageOfNotice(kind, subject);

/** What is sent: that something happened, to which of the agency's things, and where to look. Never what it says. */
const bodyOf = ({ kind, at, agency, subject }: Outgoing, baseUrl: string): string =>
  JSON.stringify({
    type: `tillit.${kind}`,
    timestamp: new Date(at).toISOString(),
    data: { agency: toPublicId("agy", agency), subject, url: `${baseUrl}${pageOf(kind, subject)}` },
  });

type Answer = { readonly status?: number; readonly code?: string };

const send = async ({ http, sealing, baseUrl }: WebhookDeps, delivery: Outgoing, now: Instant): Promise<Answer> => {
  const { agency, webhook, url, messageId } = delivery;
  const context = webhookContext({ agency, id: webhook, url });
  const [secret, ...before] = delivery.sealed.map((sealed) => unseal(sealing.privateKey, context, sealed));
  if (secret === undefined || !secret.ok) return { code: secret?.error ?? "broken" };
  const secrets = [secret.value, ...before.flatMap((old) => (old.ok ? [old.value] : []))];
  const body = bodyOf(delivery, baseUrl);
  const answer = await http(url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": messageId,
      "webhook-timestamp": String(Math.floor(now / 1_000)),
      // Several signatures, parted by spaces: a receiver takes what any secret it knows has signed (Standard Webhooks).
      "webhook-signature": secrets.map((each) => new Webhook(each).sign(messageId, new Date(now), body)).join(" "),
    },
    redirects: "none",
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES,
  });
  return answer.ok ? { status: answer.value.status } : { code: answer.error.code };
};

const conclude = (deps: WebhookDeps, delivery: Outgoing, { status, code }: Answer) =>
  asWorker(async (tx) => {
    const at = deps.clock.now();
    const taken = status !== undefined && status >= 200 && status < 300;
    const next = taken || status === GONE ? undefined : nextAttemptAt(delivery.attempts, at);
    const state = taken ? "delivered" : next === undefined ? "given_up" : "waiting";
    const why = taken ? undefined : (code ?? "status");
    await recordAttempt(tx, delivery.id, { state, at, nextAt: next ?? at, status, code: why });
    if (status === GONE) await switchWebhook(tx, delivery.webhook, false, "gone");
    if (state === "given_up") {
      const details = {
        message: delivery.messageId,
        attempts: delivery.attempts,
        status: status ?? 0,
        code: why ?? "",
      };
      const subject = toPublicId("whk", delivery.webhook);
      await appendAudit(tx, { kind: "webhook.given_up", subject, agencyIds: [delivery.agency], details });
    }
    return ok(taken);
  });

/**
 * Sends what is due, signed as Standard Webhooks says, through the guarded client. At-least-once: a receiver drops what
 * it has by `webhook-id`.
 *
 * @returns how many were taken by their receivers
 */
export const webhookRound = async (deps: WebhookDeps): Promise<number> => {
  const now = deps.clock.now();
  const claimed = await asWorker(async (tx) =>
    ok(await claimDeliveries(tx, { now, until: later(now, CLAIM), limit: AT_ONCE })),
  );
  const done = await Promise.all(
    (claimed.ok ? claimed.value : []).map(async (delivery) =>
      conclude(deps, delivery, await send(deps, delivery, deps.clock.now())),
    ),
  );
  return done.filter((each) => each.ok && each.value).length;
};
