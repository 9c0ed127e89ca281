import type { Done, PageQuery } from "#lib/contracts/common.ts";
import type { NoticePage, NoticeView, ReadNotices } from "#lib/contracts/notices.ts";
import { type AgencyRecord, getAgencies } from "#lib/data/directory.ts";
import { getStop } from "#lib/data/emergency.ts";
import { getHomeservers } from "#lib/data/homeservers.ts";
import { countUnread, markRead, type NoticeRecord, noticesOf, partiesOf } from "#lib/data/notices.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, parsePublicId, toPublicId } from "#lib/domain/ids.ts";
import { instant } from "#lib/domain/instant.ts";
import { pageOfNotice } from "#lib/domain/notices.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { cursorFrom, cut } from "./cursors.ts";
import { agencyRef, personRef } from "./people-views.ts";

const LIST = "notices";

const subjectsOf = <P extends "agr" | "hs" | "stp">(prefix: P, records: readonly NoticeRecord[]) =>
  records.flatMap(({ subject }) => {
    const id = parsePublicId(prefix, subject);
    return id.ok ? [id.value] : [];
  });

/** What the notices name, read once for all: agencies, the other side of each agreement, servers, who acted. */
const namedIn = async (tx: Tx, actor: Actor, records: readonly NoticeRecord[]) => {
  const mine = agenciesOf(actor);
  const parties = (await partiesOf(tx, subjectsOf("agr", records), mine)).filter(
    ({ agency }) => !mine.includes(agency),
  );
  const stops = (await Promise.all(subjectsOf("stp", records).map((id) => getStop(tx, id)))).filter(
    (stop) => stop !== undefined,
  );
  const agencyIds = new Set<AgencyId>([...parties, ...stops].map(({ agency }) => agency));
  for (const { agency } of records) if (agency !== undefined) agencyIds.add(agency);
  const agencies = new Map((await getAgencies(tx, [...agencyIds])).map((each) => [each.id, each]));
  const servers = await getHomeservers(tx, subjectsOf("hs", records));
  const people = records.flatMap(({ settledBy }) => (settledBy === undefined ? [] : [settledBy]));
  return {
    agencies,
    counterparts: new Map([
      ...parties.map(({ agreement, agency }) => [toPublicId("agr", agreement), agencies.get(agency)] as const),
      ...stops.map(({ id, agency }) => [toPublicId("stp", id), agencies.get(agency)] as const),
    ]),
    servers: new Map(servers.map((server) => [toPublicId("hs", server.id), server])),
    names: await namesOf(tx, people),
  };
};

const refTo = (agency: AgencyRecord | undefined) => (agency === undefined ? null : agencyRef(agency));

const viewOf = (record: NoticeRecord, named: Awaited<ReturnType<typeof namedIn>>): NoticeView => {
  const { agency, kind, subject, settledAt, settledBy } = record;
  const server = named.servers.get(subject);
  return {
    id: toPublicId("ntc", record.id),
    kind,
    agency: refTo(agency === undefined ? undefined : named.agencies.get(agency)),
    role: record.role,
    counterpart: refTo(named.counterparts.get(subject)),
    homeserver: server === undefined ? null : { id: toPublicId("hs", server.id), serverName: server.serverName },
    page: pageOfNotice(kind, subject),
    at: record.at,
    readAt: record.readAt ?? null,
    settled:
      settledAt === undefined
        ? null
        : { at: settledAt, by: settledBy === undefined ? null : personRef(settledBy, named.names) },
  };
};

/** What the caller was told, newest first. */
export const listNotices = (actor: Actor, { cursor, limit }: PageQuery): Promise<Result<NoticePage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const from = cursorFrom(LIST, cursor);
    if (!from.ok) return from;
    const [at, id] = from.value ?? [];
    if (from.value !== undefined && (typeof at !== "number" || typeof id !== "string" || !parsePublicId("ntc", id).ok))
      return err(refusal("invalid_cursor"));
    const before = typeof at === "number" && typeof id === "string" ? { at, id: id.slice("ntc_".length) } : undefined;
    const rows = await noticesOf(tx, actor.person, before, limit + 1);
    const page = cut(LIST, rows, limit, (row) => [row.at, toPublicId("ntc", row.id)]);
    const named = await namedIn(tx, actor, page.shown);
    return ok({
      items: page.shown.map((record) => viewOf(record, named)),
      next: page.next,
      unread: await countUnread(tx, actor.person),
    });
  });

/** Marks as read what the caller was told up to that moment. */
export const readNotices = (actor: Actor, { until }: ReadNotices): Promise<Result<Done, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await markRead(tx, actor.person, instant(until), systemClock.now());
    return ok({ ok: true });
  });
