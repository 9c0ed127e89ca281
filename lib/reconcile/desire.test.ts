import { expect, test } from "vitest";
import { instant } from "#lib/domain/instant.ts";
import { desire } from "./desire.ts";
import { agreementOf, decided, listOf, NOW, named, pictureOf, serverOf } from "./scene.fixture.ts";

const self = serverOf("chat.fv.example");
const namesOf = (count: number) =>
  Array.from({ length: count }, (_, at) => named(`chat.m${String(at).padStart(3, "0")}.example`));
const agreed = (count: number) =>
  namesOf(count).map((server) => ({ server, agreement: agreementOf(self.name, server) }));
const allowed = (wish: ReturnType<typeof desire>) => wish.allow.map(({ server }) => server);

test("an agreed agreement opens the partner's name, and only for the servers it names", () => {
  const agreement = agreementOf(self.name, named("chat.ts.example"));
  const other = agreementOf(named("chat.x.example"), named("chat.y.example"));
  expect(allowed(desire(pictureOf(self, { agreements: [agreement, other] }), NOW))).toEqual(["chat.ts.example"]);
});

test.each(["suspend", "revoke", "undo", "hold"] as const)(
  "after %s the name goes at once: a decision explains it",
  (kind) => {
    const agreement = agreementOf(self.name, named("chat.ts.example"));
    const list = listOf(self.name, [{ server: named("chat.ts.example"), agreement }]);
    const wish = desire(pictureOf(self, { list, agreements: [decided(agreement, kind)] }), NOW);
    expect(allowed(wish)).toEqual([]);
    expect(wish.held).toBeUndefined();
    expect(wish.plan.remove).toEqual(["chat.ts.example"]);
  },
);

test("an agreement that has ended goes at once, and one that has not begun is listed with its time", () => {
  const [ended, begun] = [named("chat.a.example"), named("chat.b.example")];
  const past = agreementOf(self.name, ended, { end: NOW });
  const coming = agreementOf(self.name, begun, { start: instant(NOW + 1) });
  const list = listOf(self.name, [{ server: ended, agreement: past }]);
  const wish = desire(pictureOf(self, { list, agreements: [past, coming] }), NOW);
  expect(wish.held).toBeUndefined();
  expect(wish.allow).toMatchObject([{ server: begun, reasons: [{ from: NOW + 1 }] }]);
});

test("a removal that no decision explains is held, and the explained one beside it passes", () => {
  const [gone, ended, kept] = agreed(3);
  if (!gone || !ended || !kept) throw new Error("three");
  const list = listOf(self.name, [gone, ended, kept]);
  const wish = desire(pictureOf(self, { list, agreements: [decided(ended.agreement, "revoke"), kept.agreement] }), NOW);
  expect(wish.held).toMatchObject({ why: "unexplained_removals", names: [gone.server] });
  expect(allowed(wish)).toEqual([gone.server, kept.server]);
});

test("a source that looks empty changes nothing until a named person releases exactly that plan", () => {
  const entries = agreed(3);
  const list = listOf(self.name, entries);
  const held = desire(pictureOf(self, { list }), NOW);
  expect(held.held?.why).toBe("source_empty");
  expect(allowed(held)).toEqual(entries.map(({ server }) => server));
  const released = { kind: "brake", digest: held.held?.digest ?? "", at: NOW };
  const standing = { list, held: { digest: released.digest, at: NOW } };
  expect(allowed(desire(pictureOf(self, { ...standing, releases: [released] }), NOW))).toEqual([]);
  const other = { ...released, digest: "sha256:other" };
  expect(allowed(desire(pictureOf(self, { ...standing, releases: [other] }), NOW))).toHaveLength(3);
});

test("a release is for the plan as it was held then: the same difference later is held again", () => {
  const entries = agreed(3);
  const list = listOf(self.name, entries);
  const digest = desire(pictureOf(self, { list }), NOW).held?.digest ?? "";
  const releases = [{ kind: "brake", digest, at: NOW }];
  const later = { digest, at: instant(NOW + 1) };
  expect(allowed(desire(pictureOf(self, { list, releases, held: later }), NOW))).toHaveLength(3);
  expect(allowed(desire(pictureOf(self, { list, releases }), NOW))).toHaveLength(3);
});

test("the same names lost from another list are another plan", () => {
  const [first, second] = [agreed(3), agreed(3)];
  const digests = [first, second].map((entries) => {
    const [kept] = entries;
    if (!kept) throw new Error("three");
    return desire(pictureOf(self, { list: listOf(self.name, entries), agreements: [kept.agreement] }), NOW).held
      ?.digest;
  });
  expect(digests[0]).not.toBe(digests[1]);
});

test("terms that are not what was consented to open nothing and hold everything else but explained ends", () => {
  const [forged, ended, kept] = agreed(3);
  if (!forged || !ended || !kept) throw new Error("three");
  const agreements = [
    { ...forged.agreement, terms: forged.agreement.terms.replace("chat.m000", "chat.evil") },
    decided(ended.agreement, "revoke"),
    kept.agreement,
  ];
  const wish = desire(pictureOf(self, { list: listOf(self.name, [forged, ended, kept]), agreements }), NOW);
  expect(wish.held?.why).toBe("source_degraded");
  expect(allowed(wish)).toEqual([forged.server, kept.server]);
});

test.each([
  [19, 39, undefined],
  [20, 40, undefined],
  [20, 41, undefined],
])("from %i names to %i, each with complete consents, nothing is held", (before, after, why) => {
  const entries = agreed(after);
  const list = listOf(self.name, entries.slice(0, before));
  const wish = desire(pictureOf(self, { list, agreements: entries.map(({ agreement }) => agreement) }), NOW);
  expect(wish.held?.why).toBe(why);
  expect(wish.allow).toHaveLength(after);
});

test("a name that the server shut by itself stays out of new lists until an approver lets it back", () => {
  const partner = serverOf("chat.ts.example");
  const agreement = agreementOf(self.name, partner.name);
  const evidence = [
    {
      from: partner.id,
      to: self.id,
      station: "effective" as const,
      state: "failed" as const,
      version: 1,
      detail: { desired: "open" as const, shutLocally: true },
      at: NOW,
    },
  ];
  const picture = pictureOf(self, { agreements: [agreement], partners: [partner], evidence });
  expect(allowed(desire(picture, NOW))).toEqual([]);
  expect(desire(picture, NOW).wanted).toHaveLength(1);
  const release = { kind: "put_back", digest: partner.name, at: instant(NOW + 1) };
  expect(allowed(desire({ ...picture, releases: [release] }, instant(NOW + 2)))).toEqual([partner.name]);
});
