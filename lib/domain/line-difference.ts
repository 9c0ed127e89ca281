export type LineChange = { readonly kind: "same" | "added" | "removed"; readonly text: string };

/** How long the common part is from each place on, by lines (longest common subsequence). */
const lengths = (before: readonly string[], after: readonly string[]): readonly (readonly number[])[] => {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let a = before.length - 1; a >= 0; a -= 1) {
    const row = table[a] ?? [];
    const below = table[a + 1] ?? [];
    for (let b = after.length - 1; b >= 0; b -= 1)
      row[b] = before[a] === after[b] ? (below[b + 1] ?? 0) + 1 : Math.max(below[b] ?? 0, row[b + 1] ?? 0);
  }
  return table;
};

/** What changed between two texts, line by line; what was removed stands before what took its place. */
export const lineDifference = (before: string, after: string): readonly LineChange[] => {
  const old = before.split("\n");
  const now = after.split("\n");
  const table = lengths(old, now);
  const changes: LineChange[] = [];
  let a = 0;
  let b = 0;
  while (a < old.length || b < now.length) {
    const left = old[a];
    const right = now[b];
    if (left !== undefined && left === right) {
      changes.push({ kind: "same", text: left });
      a += 1;
      b += 1;
    } else if (left !== undefined && (right === undefined || (table[a + 1]?.[b] ?? 0) >= (table[a]?.[b + 1] ?? 0))) {
      changes.push({ kind: "removed", text: left });
      a += 1;
    } else {
      changes.push({ kind: "added", text: right ?? "" });
      b += 1;
    }
  }
  return changes;
};
