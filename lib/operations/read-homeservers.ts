import type { Page, PageQuery } from "#lib/contracts/common.ts";
import type { HomeserverQuery, HomeserverSummary, HomeserverView, SignedListView } from "#lib/contracts/homeservers.ts";
import { conformanceOf } from "#lib/data/conformance.ts";
import { getHomeserver, listHomeservers as readHomeservers } from "#lib/data/homeservers.ts";
import { listSignedLists } from "#lib/data/signed-lists.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { cursorFrom, cut, idFrom } from "./cursors.ts";
import { agenciesServed, homeserverSummary, homeserverView } from "./homeserver-views.ts";
import { serverToRead } from "./server-rules.ts";

type One = { readonly id: HomeserverId };
const LIST = "homeservers";

/** The federation's homeservers in the order they were added. */
export const listHomeservers = (
  actor: Actor,
  { cursor, limit, agency, q }: HomeserverQuery,
): Promise<Result<Page<HomeserverSummary>, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const after = idFrom(LIST, cursor);
    if (!after.ok) return after;
    const rows = await readHomeservers(tx, { agency, q }, after.value, limit + 1);
    const { shown, next } = cut(LIST, rows, limit, ({ id }) => [id]);
    const agencies = await agenciesServed(tx, shown);
    const tried = await conformanceOf(
      tx,
      shown.map(({ id }) => id),
    );
    return ok({ items: shown.map((server) => homeserverSummary(server, agencies, tried)), next });
  });

/** One homeserver with its keys, discovery and, for who may read it, the state of its list. */
export const readHomeserver = (actor: Actor, { id }: One): Promise<Result<HomeserverView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    return server === undefined ? err(refusal("not_found")) : ok(await homeserverView(tx, actor, server));
  });

const HISTORY = "lists";

/** The lists signed for a homeserver, newest first, each with what it changed: for its own agencies and its operator. */
export const listLists = (
  actor: Actor,
  { id, cursor, limit }: PageQuery & One,
): Promise<Result<Page<SignedListView>, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await serverToRead(tx, actor, id);
    if (!server.ok) return server;
    const at = cursorFrom(HISTORY, cursor);
    if (!at.ok) return at;
    const [epoch, version] = at.value ?? [];
    const before = typeof epoch === "number" && typeof version === "number" ? { epoch, version } : undefined;
    const rows = await listSignedLists(tx, id, before, limit + 1);
    const { shown, next } = cut(HISTORY, rows, limit, (row) => [row.epoch, row.version]);
    const items = shown.map(({ allow, ...list }, index): SignedListView => {
      const names = new Set(allow.map(({ server: name }) => name));
      const earlier = new Set(rows[index + 1]?.allow.map(({ server: name }) => name) ?? []);
      return {
        ...list,
        servers: allow.map(({ server: name, reasons }) => ({ server: name, reasons: [...reasons] })),
        added: [...names.difference(earlier)],
        removed: [...earlier.difference(names)],
      };
    });
    return ok({ items, next });
  });
