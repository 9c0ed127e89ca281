import type {
  CreateWebhook,
  DeliveryList,
  DeliveryView,
  NewWebhookView,
  SwitchWebhook,
  WebhookList,
  WebhookView,
} from "#lib/contracts/webhooks.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { sealingKey } from "#lib/data/credentials.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import {
  addDelivery,
  addWebhook,
  type DeliveryRecord,
  deliveriesOf,
  getDelivery,
  getWebhook,
  removeWebhookRow,
  rotateSecret,
  switchWebhook,
  type WebhookRecord,
  webhooksOf,
} from "#lib/data/webhooks.ts";
import { type Actor, agenciesOf, hasRole } from "#lib/domain/access.ts";
import type { AuditKind } from "#lib/domain/audit.ts";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, toPublicId, type WebhookDeliveryId, type WebhookId } from "#lib/domain/ids.ts";
import { later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { OLD_SECRET_SIGNS, TRIAL, webhookContext } from "#lib/domain/webhooks.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { seal } from "#lib/platform/sealing.ts";
import { newWebhookSecret } from "#lib/platform/secrets.ts";

type One = { readonly id: WebhookId };
const MOST = 20;
const SHOWN = 100;

const viewOf = ({ id, url, kinds, enabled, offCode, createdAt, beforeUntil }: WebhookRecord): WebhookView => ({
  id: toPublicId("whk", id),
  url,
  kinds: [...kinds],
  enabled,
  offCode: offCode ?? null,
  createdAt,
  rotatingUntil: beforeUntil !== undefined && beforeUntil > systemClock.now() ? beforeUntil : null,
});

const deliveryView = (row: DeliveryRecord): DeliveryView => ({
  id: toPublicId("dlv", row.id),
  messageId: row.messageId,
  kind: row.kind,
  at: row.at,
  state: row.state,
  attempts: row.attempts,
  nextAt: row.state === "waiting" && row.attempts > 0 ? row.nextAt : null,
  lastAt: row.lastAt ?? null,
  lastStatus: row.lastStatus ?? null,
  lastCode: row.lastCode ?? null,
});

/** The host alone: a path may hold what is secret to its receiver. */
const note = (tx: Tx, kind: AuditKind, { id, agency, url }: WebhookRecord, more: JsonObject = {}): Promise<void> =>
  appendAudit(tx, {
    kind,
    subject: toPublicId("whk", id),
    agencyIds: [agency],
    details: { host: new URL(url).host, ...more },
  });

/** The webhook, for who may change it: an administrator of its agency in a session of their own. */
const ownOf = async (tx: Tx, actor: Actor, id: WebhookId): Promise<Result<WebhookRecord, Refusal>> => {
  const webhook = await getWebhook(tx, id);
  if (webhook === undefined || !agenciesOf(actor).includes(webhook.agency)) return err(refusal("not_found"));
  if (actor.credential.kind === "token") return err(refusal("tokens_never_decide"));
  return hasRole(actor, webhook.agency, "administrator") ? ok(webhook) : err(refusal("not_permitted"));
};

/** The webhooks of an agency, for its own people. */
export const listWebhooks = (actor: Actor, { id }: { readonly id: AgencyId }): Promise<Result<WebhookList, Refusal>> =>
  inTransaction(actor, async (tx) =>
    agenciesOf(actor).includes(id)
      ? ok({ items: (await webhooksOf(tx, id)).map(viewOf), mayChange: hasRole(actor, id, "administrator") })
      : err(refusal("not_permitted")),
  );

/** Makes a webhook. Its secret is answered once and sealed to the worker, which alone can sign with it. */
export const createWebhook = (
  actor: Actor,
  { id: agency, url, kinds }: CreateWebhook & { readonly id: AgencyId },
): Promise<Result<NewWebhookView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agy", agency);
    if (actor.credential.kind === "token") return refuse(tx, actor, refusal("tokens_never_decide"), subject);
    if (!hasRole(actor, agency, "administrator")) return refuse(tx, actor, refusal("not_permitted"), subject);
    if ((await webhooksOf(tx, agency)).length >= MOST)
      return refuse(tx, actor, refusal("too_many_webhooks", { params: { limit: MOST } }), subject);
    const key = await sealingKey(tx);
    if (key === undefined) return err(refusal("sealing_key_missing"));
    const id = idOf("whk", newId());
    const secret = newWebhookSecret();
    const sealed = seal(key.publicKey, webhookContext({ agency, id, url }), secret);
    const createdAt = systemClock.now();
    const record = { id, agency, url, kinds: [...new Set(kinds)], createdAt };
    await addWebhook(tx, { ...record, sealed, by: actor.person });
    const made: WebhookRecord = { ...record, enabled: true, offCode: undefined, beforeUntil: undefined };
    await note(tx, "webhook.created", made, { kinds: [...made.kinds] });
    return ok({ ...viewOf(made), secret });
  });

/**
 * Gives a webhook a new secret, answered once. The old one signs beside it for a day, so that the receiver changes when it
 * suits; a secret that leaked is rotated twice, and then signs nothing.
 */
export const rotateWebhook = (actor: Actor, { id }: One): Promise<Result<NewWebhookView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const own = await ownOf(tx, actor, id);
    if (!own.ok) return refuse(tx, actor, own.error, toPublicId("whk", id));
    const key = await sealingKey(tx);
    if (key === undefined) return err(refusal("sealing_key_missing"));
    const secret = newWebhookSecret();
    const until = later(systemClock.now(), OLD_SECRET_SIGNS);
    if (!(await rotateSecret(tx, id, seal(key.publicKey, webhookContext(own.value), secret), until)))
      return err(refusal("not_found"));
    await note(tx, "webhook.rotated", own.value, { until });
    return ok({ ...viewOf({ ...own.value, beforeUntil: until }), secret });
  });

/** Switches a webhook on or off. What happens while it is off is not sent later. */
export const setWebhook = (actor: Actor, { id, enabled }: SwitchWebhook & One): Promise<Result<WebhookView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const own = await ownOf(tx, actor, id);
    if (!own.ok) return refuse(tx, actor, own.error, toPublicId("whk", id));
    await switchWebhook(tx, id, enabled, null);
    await note(tx, "webhook.switched", own.value, { enabled });
    return ok(viewOf({ ...own.value, enabled, offCode: undefined }));
  });

/** Removes a webhook, its secret and its log. */
export const removeWebhook = (actor: Actor, { id }: One): Promise<Result<WebhookList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const own = await ownOf(tx, actor, id);
    if (!own.ok) return refuse(tx, actor, own.error, toPublicId("whk", id));
    await removeWebhookRow(tx, id);
    await note(tx, "webhook.removed", own.value);
    return ok({ items: (await webhooksOf(tx, own.value.agency)).map(viewOf), mayChange: true });
  });

/** What was sent to a webhook lately, and what came of it. */
export const listDeliveries = (actor: Actor, { id }: One): Promise<Result<DeliveryList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const webhook = await getWebhook(tx, id);
    if (webhook === undefined || !agenciesOf(actor).includes(webhook.agency)) return err(refusal("not_found"));
    return ok({ items: (await deliveriesOf(tx, id, SHOWN)).map(deliveryView) });
  });

/** Has a trial sent, signed like anything else. */
export const tryWebhook = (actor: Actor, { id }: One): Promise<Result<DeliveryList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const own = await ownOf(tx, actor, id);
    if (!own.ok) return refuse(tx, actor, own.error, toPublicId("whk", id));
    if (!own.value.enabled) return refuse(tx, actor, refusal("webhook_off"), toPublicId("whk", id));
    const delivery = idOf("dlv", newId());
    const messageId = `msg_${delivery.replaceAll("-", "")}`;
    const subject = toPublicId("whk", id);
    await addDelivery(tx, { id: delivery, webhook: id, messageId, kind: TRIAL, subject, at: systemClock.now() });
    await note(tx, "webhook.tried", own.value);
    return ok({ items: (await deliveriesOf(tx, id, SHOWN)).map(deliveryView) });
  });

/** Has an event sent once more, under the id that its receiver knows it by. */
export const replayDelivery = (
  actor: Actor,
  { id, delivery }: One & { readonly delivery: WebhookDeliveryId },
): Promise<Result<DeliveryList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const own = await ownOf(tx, actor, id);
    if (!own.ok) return refuse(tx, actor, own.error, toPublicId("whk", id));
    if (!own.value.enabled) return refuse(tx, actor, refusal("webhook_off"), toPublicId("whk", id));
    const sent = await getDelivery(tx, delivery);
    if (sent?.webhook !== id) return refuse(tx, actor, refusal("not_found"), toPublicId("dlv", delivery));
    await addDelivery(tx, { ...sent, id: idOf("dlv", newId()) });
    await note(tx, "webhook.replayed", own.value, { message: sent.messageId });
    return ok({ items: (await deliveriesOf(tx, id, SHOWN)).map(deliveryView) });
  });
