import { type AgencyId, idOf, type PersonId, type WebhookDeliveryId, type WebhookId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { DELIVERY_STATES, type DeliveryState, EVENT_KINDS, type EventKind } from "#lib/domain/webhooks.ts";
import type { Tx } from "./client.ts";
import { oneOf } from "./words.ts";

/** All that is known of a webhook but its secret, which the web cannot read. */
export type WebhookRecord = {
  readonly id: WebhookId;
  readonly agency: AgencyId;
  readonly url: string;
  readonly kinds: readonly EventKind[];
  readonly enabled: boolean;
  readonly offCode: string | undefined;
  readonly createdAt: Instant;
  /** Until when the secret that was signs beside the new one. */
  readonly beforeUntil: Instant | undefined;
};

const OPEN_COLUMNS = {
  id: true,
  agencyId: true,
  url: true,
  kinds: true,
  enabled: true,
  offCode: true,
  createdAt: true,
  beforeUntil: true,
} as const;
type Row = {
  readonly id: string;
  readonly agencyId: string;
  readonly url: string;
  readonly kinds: readonly string[];
  readonly enabled: boolean;
  readonly offCode: string | null;
  readonly createdAt: bigint;
  readonly beforeUntil: bigint | null;
};

const recordOf = (row: Row): WebhookRecord => ({
  id: idOf("whk", row.id),
  agency: idOf("agy", row.agencyId),
  url: row.url,
  kinds: row.kinds.map((kind) => oneOf(EVENT_KINDS, kind)),
  enabled: row.enabled,
  offCode: row.offCode ?? undefined,
  createdAt: instant(Number(row.createdAt)),
  beforeUntil: row.beforeUntil === null ? undefined : instant(Number(row.beforeUntil)),
});

/** The webhooks of an agency, oldest first. */
export const webhooksOf = async (tx: Tx, agency: AgencyId): Promise<readonly WebhookRecord[]> => {
  const rows = await tx.webhook.findMany({ where: { agencyId: agency }, select: OPEN_COLUMNS, orderBy: { id: "asc" } });
  return rows.map(recordOf);
};

export const getWebhook = async (tx: Tx, id: WebhookId): Promise<WebhookRecord | undefined> => {
  const row = await tx.webhook.findUnique({ where: { id }, select: OPEN_COLUMNS });
  return row === null ? undefined : recordOf(row);
};

export type NewWebhook = Pick<WebhookRecord, "id" | "agency" | "url" | "kinds" | "createdAt"> & {
  readonly sealed: string;
  readonly by: PersonId;
};

/** Stores a webhook with its sealed secret. */
export const addWebhook = async (
  tx: Tx,
  { id, agency, url, kinds, sealed, by, createdAt }: NewWebhook,
): Promise<void> => {
  await tx.webhook.create({
    data: { id, agencyId: agency, url, kinds: [...kinds], sealed, createdBy: by, createdAt: BigInt(createdAt) },
    select: { id: true },
  });
};

/** Switches a webhook on or off; `offCode` says why where the worker does. */
export const switchWebhook = async (tx: Tx, id: WebhookId, enabled: boolean, offCode: string | null): Promise<void> => {
  await tx.webhook.update({ where: { id }, data: { enabled, offCode }, select: { id: true } });
};

/** Puts a new sealed secret in the place of the old one, which signs until then; false where there is none to change. */
export const rotateSecret = async (tx: Tx, id: WebhookId, sealed: string, until: Instant): Promise<boolean> => {
  const [row] = await tx.$queryRaw<{ done: boolean }[]>`
    select webhook_rotate(${id}::uuid, ${sealed}, ${until}::bigint) as done`;
  return row?.done === true;
};

/** Removes a webhook with its secret and the log of its deliveries. */
export const removeWebhookRow = async (tx: Tx, id: WebhookId): Promise<void> => {
  await tx.webhook.delete({ where: { id }, select: { id: true } });
};

export type DeliveryRecord = {
  readonly id: WebhookDeliveryId;
  readonly webhook: WebhookId;
  readonly messageId: string;
  readonly kind: EventKind;
  readonly subject: string;
  readonly at: Instant;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly nextAt: Instant;
  readonly lastAt: Instant | undefined;
  readonly lastStatus: number | undefined;
  readonly lastCode: string | undefined;
};

type DeliveryRow = {
  readonly id: string;
  readonly webhookId: string;
  readonly messageId: string;
  readonly kind: string;
  readonly subject: string;
  readonly at: bigint;
  readonly state: string;
  readonly attempts: number;
  readonly nextAt: bigint;
  readonly lastAt: bigint | null;
  readonly lastStatus: number | null;
  readonly lastCode: string | null;
};

const deliveryOf = (row: DeliveryRow): DeliveryRecord => ({
  id: idOf("dlv", row.id),
  webhook: idOf("whk", row.webhookId),
  messageId: row.messageId,
  kind: oneOf(EVENT_KINDS, row.kind),
  subject: row.subject,
  at: instant(Number(row.at)),
  state: oneOf(DELIVERY_STATES, row.state),
  attempts: row.attempts,
  nextAt: instant(Number(row.nextAt)),
  lastAt: row.lastAt === null ? undefined : instant(Number(row.lastAt)),
  lastStatus: row.lastStatus ?? undefined,
  lastCode: row.lastCode ?? undefined,
});

/** The latest deliveries of a webhook, newest first. */
export const deliveriesOf = async (tx: Tx, webhook: WebhookId, limit: number): Promise<readonly DeliveryRecord[]> => {
  const rows = await tx.webhookDelivery.findMany({
    where: { webhookId: webhook },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
  });
  return rows.map(deliveryOf);
};

export const getDelivery = async (tx: Tx, id: WebhookDeliveryId): Promise<DeliveryRecord | undefined> => {
  const row = await tx.webhookDelivery.findUnique({ where: { id } });
  return row === null ? undefined : deliveryOf(row);
};

export type NewDelivery = Pick<DeliveryRecord, "id" | "webhook" | "messageId" | "kind" | "subject" | "at">;

/** Has something sent that no event asked for: a trial, or an event once more. */
export const addDelivery = async (
  tx: Tx,
  { id, webhook, messageId, kind, subject, at }: NewDelivery,
): Promise<void> => {
  await tx.webhookDelivery.create({
    data: { id, webhookId: webhook, messageId, kind, subject, cause: id, at: BigInt(at) },
    select: { id: true },
  });
};

export type Outgoing = DeliveryRecord & {
  readonly agency: AgencyId;
  readonly url: string;
  /** The secrets that sign now, sealed; the newest first. */
  readonly sealed: readonly string[];
};

/** Takes deliveries that are due, so that no other worker sends them too; what is taken comes again at `until`. */
export const claimDeliveries = async (
  tx: Tx,
  { now, until, limit }: { readonly now: Instant; readonly until: Instant; readonly limit: number },
): Promise<readonly Outgoing[]> => {
  const ids = await tx.$queryRaw<{ id: string }[]>`
    UPDATE webhook_delivery SET next_at = ${until}::bigint, attempts = attempts + 1 WHERE id IN (
      SELECT d.id FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id AND w.enabled
      WHERE d.state = 'waiting' AND d.next_at <= ${now}::bigint
      ORDER BY d.next_at, d.at LIMIT ${limit}::int FOR UPDATE OF d SKIP LOCKED
    ) RETURNING id::text`;
  const rows = await tx.webhookDelivery.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    include: { webhook: true },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map((row) => ({
    ...deliveryOf(row),
    agency: idOf("agy", row.webhook.agencyId),
    url: row.webhook.url,
    sealed: [
      row.webhook.sealed,
      ...(row.webhook.sealedBefore !== null && Number(row.webhook.beforeUntil) > now ? [row.webhook.sealedBefore] : []),
    ],
  }));
};

/** What came of an attempt. */
export const recordAttempt = async (
  tx: Tx,
  id: WebhookDeliveryId,
  said: {
    readonly state: DeliveryState;
    readonly at: Instant;
    readonly nextAt: Instant;
    readonly status: number | undefined;
    readonly code: string | undefined;
  },
): Promise<void> => {
  await tx.webhookDelivery.updateMany({
    where: { id },
    data: {
      state: said.state,
      lastAt: BigInt(said.at),
      nextAt: BigInt(said.nextAt),
      lastStatus: said.status ?? null,
      lastCode: said.code ?? null,
    },
  });
};
