import type { DriftNews } from "#lib/data/drift.ts";
import type { Picture } from "#lib/data/reconcile.ts";
import type { DriftEnding, DriftKind } from "#lib/domain/statuses.ts";
import type { Desire } from "./desire.ts";
import type { Judgement } from "./judge.ts";
import type { Finding } from "./record.ts";

type Open = { readonly name: string; readonly kind: DriftKind };

const seenNow = ({ extra, shutLocally, denied }: Judgement, known: Desire["shutLocally"]): readonly Open[] => [
  ...extra.map((name) => ({ name, kind: "extra" as const })),
  ...denied.map((name) => ({ name, kind: "denied_locally" as const })),
  ...[...new Set([...shutLocally, ...known])]
    .filter((name) => !denied.includes(name))
    .map((name) => ({ name, kind: "shut_locally" as const })),
];

const same = (a: Open, b: Open): boolean => a.name === b.name && a.kind === b.kind;

const endingOf = ({ name, kind }: Open, picture: Picture, { wanted }: Desire): DriftEnding => {
  if (kind === "extra") return "removed";
  if (picture.releases.some((release) => release.kind === "put_back" && release.digest === name)) {
    const since = picture.drift.find((open) => open.kind === kind && open.name === name)?.at ?? 0;
    if (picture.releases.some(({ digest, at }) => digest === name && at > since)) return "put_back";
  }
  return wanted.some(({ server }) => server === name) ? "returned" : "not_wanted";
};

/**
 * What this round's looks add to what was known of a server's drift. `first` is the look before anything was mended,
 * `last` the one after. Nothing ends on a look that could not compare names.
 */
export const driftNews = (picture: Picture, desire: Desire, first: Judgement, last: Judgement): DriftNews => {
  const before = seenNow(first, desire.shutLocally);
  const after = seenNow(last, desire.shutLocally);
  const all = [...before, ...after.filter((each) => !before.some((other) => same(each, other)))];
  const found = all.filter((each) => !picture.drift.some((open) => same(each, open)));
  if (!last.compared) return { found, ended: [] };
  const gone = [...picture.drift, ...found].filter((each) => !after.some((other) => same(each, other)));
  return {
    found,
    ended: gone.map(({ name, kind }) => ({ name, kind, ending: endingOf({ name, kind }, picture, desire) })),
  };
};

const namesOf = (rows: readonly Open[], kind: DriftKind): readonly string[] =>
  rows.filter((row) => row.kind === kind).map(({ name }) => name);

/** The rows of the log that the news of drift are. */
export const driftFindings = ({ found, ended }: DriftNews): readonly Finding[] => {
  const rows: readonly (readonly [Finding["kind"], readonly string[]])[] = [
    ["drift.found", namesOf(found, "extra")],
    ["drift.removed", namesOf(ended, "extra")],
    ["drift.shut_locally", [...namesOf(found, "shut_locally"), ...namesOf(found, "denied_locally")]],
  ];
  return rows.flatMap(([kind, names]) => (names.length === 0 ? [] : [{ kind, details: { names: [...names] } }]));
};
