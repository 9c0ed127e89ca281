import type { HeldPlan } from "#lib/data/lists.ts";
import type { Picture } from "#lib/data/reconcile.ts";
import {
  type AllowList,
  changesNothing,
  compileAllowList,
  type EntryReason,
  openNames,
  type Plan,
  planChange,
} from "#lib/domain/allow-list.ts";
import { type BrakeVerdict, brake } from "#lib/domain/brake.ts";
import { byCodePoint } from "#lib/domain/canonical.ts";
import { stoppedAgencies } from "#lib/domain/emergency.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { type ListDocument, readList } from "#lib/signing/documents.ts";
import { readReasons } from "./reasons.ts";

/** What one server's list should say, and what of it the brake holds back. */
export type Desire = {
  /** What the agreements want, whatever is held or shut locally. */
  readonly wanted: AllowList;
  /** What is to be signed. */
  readonly allow: AllowList;
  /** Names that agreements want, but that the server shut by itself, or that its agency rolled back. */
  readonly shutLocally: ReadonlySet<ServerName>;
  /** From the last signed list to `allow`. */
  readonly plan: Plan;
  readonly held: HeldPlan | undefined;
};

type ListedReason = ListDocument["allow"][number]["reasons"][number];

const entryReason = ({ id, digest, from, until, offline_ms }: ListedReason): EntryReason => ({
  id,
  digest,
  from: instant(from ?? 0),
  ...(until === undefined ? {} : { until: instant(until) }),
  ...(offline_ms === undefined ? {} : { offlineMs: offline_ms }),
});

/** The entries of a stored list; undefined for no list. Throws if the stored bytes are no list: they were ours. */
export const allowOf = (bytes: string | undefined): AllowList | undefined => {
  if (bytes === undefined) return undefined;
  const read = readList(bytes);
  if (!read.ok) throw new TypeError(`the stored list is unreadable: ${read.error.code}`);
  return read.value.fields.allow.map(({ server, reasons }) => ({ server, reasons: reasons.map(entryReason) }));
};

/** Names that were seen shut at the server itself and that no approver has let back in since they were found so. */
export const namesShutLocally = ({ evidence, server, partners, releases, drift }: Picture): ReadonlySet<ServerName> => {
  const nameOf = new Map(partners.map(({ id, name }) => [id, name]));
  return new Set(
    evidence.flatMap(({ to, from, station, detail, at }) => {
      const name = nameOf.get(from);
      const shut = to === server.id && station === "effective" && detail.shutLocally === true;
      if (!shut || detail.localDeny === true || name === undefined) return [];
      const since = drift.find((found) => found.kind === "shut_locally" && found.name === name)?.at ?? at;
      const putBack = releases.some(
        (release) => release.kind === "put_back" && release.digest === name && release.at > since,
      );
      return putBack ? [] : [name];
    }),
  );
};

/** Names that a roll-back took away and that no approver has let back in since. */
const namesRolledBack = ({ releases }: Picture, wanted: AllowList): readonly ServerName[] =>
  wanted.flatMap(({ server }) => {
    const last = (kind: string): number =>
      Math.max(0, ...releases.flatMap((each) => (each.kind === kind && each.digest === server ? [each.at] : [])));
    return last("roll_back") > last("put_back") ? [server] : [];
  });

const namesOf = (list: AllowList): ReadonlySet<ServerName> => new Set(list.map(({ server }) => server));
const sorted = (list: AllowList): AllowList => list.toSorted((a, b) => byCodePoint(a.server, b.server));

type Held = Extract<BrakeVerdict, { held: true }>;

/** What may pass while the rest is held: explained changes go at once, whatever stands beside them. */
const passing = (held: Held, last: AllowList, next: AllowList, ended: ReadonlySet<string>): AllowList => {
  const standing = last.flatMap(({ server, reasons }) => {
    const left = reasons.filter(({ id }) => !ended.has(id));
    return left.length === 0 ? [] : [{ server, reasons: left }];
  });
  const heldNames = new Set(held.names);
  if (held.why === "source_degraded") return sorted(standing);
  if (held.why === "list_doubled") return next.filter(({ server }) => !heldNames.has(server));
  return sorted([...next, ...standing.filter(({ server }) => heldNames.has(server))]);
};

const contentOf = (list: AllowList) =>
  list.map(({ server, reasons }) => ({ server, reasons: reasons.map(({ id }) => id) }));

/**
 * Whether a named person let exactly this plan through while it was held. A release is for the plan as it was held then:
 * the same difference arising again, after it passed, is held again. A plan that changes nothing stays released.
 */
const isReleased = ({ releases, held }: Picture, digest: string, empty: boolean): boolean =>
  releases.some(
    (release) =>
      release.kind === "brake" &&
      release.digest === digest &&
      (empty || (held?.digest === digest && release.at >= held.at)),
  );

/** Compiles, plans and brakes one server's list from what the record says (facts are read whole before, nothing is read here). */
export const desire = (picture: Picture, now: Instant): Desire => {
  const shut = new Set([...stoppedAgencies(picture.stops, now), ...picture.left]);
  const source = readReasons(picture.agreements, now, shut);
  const last = allowOf(picture.list);
  const wanted = compileAllowList(picture.server.name, source.reasons, now);
  const verdict = brake({
    last,
    next: wanted,
    ended: source.ended,
    consented: source.consented,
    sourceComplete: source.complete,
  });
  const shutLocally = new Set([...namesShutLocally(picture), ...namesRolledBack(picture, wanted)]);
  const settle = (list: AllowList): Pick<Desire, "allow" | "plan"> => {
    const allow = list.filter(({ server }) => !shutLocally.has(server));
    return { allow, plan: planChange(namesOf(last ?? []), namesOf(allow)) };
  };
  if (!verdict.held) return { wanted, shutLocally, held: undefined, ...settle(wanted) };
  const { why, names, plan } = verdict;
  const { add, remove } = plan;
  const digest = digestOf({ why, names, add, remove, before: contentOf(last ?? []) });
  if (isReleased(picture, digest, changesNothing(plan)))
    return { wanted, shutLocally, held: undefined, ...settle(wanted) };
  const held = { why, names, add, remove, digest, at: now };
  return { wanted, shutLocally, held, ...settle(passing(verdict, last ?? [], wanted, source.ended)) };
};

/** The names that should be let in now, by what is signed. */
export const openBy = (allow: AllowList, now: Instant): ReadonlySet<ServerName> => openNames(allow, now);
