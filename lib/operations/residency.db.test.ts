import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideChange } from "./decide-change.ts";
import { decideTrust } from "./decide-trust.ts";
import { previewTrust } from "./preview-trust.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { requestTrust } from "./request-trust.ts";
import { readUpkeep } from "./upkeep.ts";
import { updateHomeserver } from "./write-homeservers.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

let pairs = 0;
/** Two agencies whose servers are to stand in Sweden by their agreement, in force. */
const inForce = async () => {
  pairs += 1;
  const home = await seedAgency(`Hemland ${pairs}`, `chat.land${pairs}.example`);
  const partner = await seedAgency(`Partnerland ${pairs}`, `chat.motland${pairs}.example`);
  const astrid = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const bo = await seedPerson("Bo", { role: "approver", agency: home.id });
  const david = await seedPerson("David", { role: "approver", agency: partner.id });
  const ask = { as: home.id, partner: partner.id, purpose: "Rum", content: { residency: "sweden" as const } };
  const asked = value(await requestTrust(astrid, ask));
  const id = value(parsePublicId("agr", asked.id));
  const base = { id, digest: asked.digest ?? "" };
  const { version } = value(await decideTrust(bo, { ...base, version: asked.version, as: home.id, move: "endorse" }));
  value(await decideTrust(david, { ...base, version, as: partner.id, move: "accept" }));
  const verdicts = async () =>
    value(await previewTrust(david, { id, move: "accept" })).residency.map(({ verdict }) => verdict);
  const upkeep = async (actor: typeof david) =>
    value(await readUpkeep(actor, {})).agencies.flatMap(({ items }) =>
      items.flatMap(({ kind, agreement }) => (kind === "residency_broken" ? [agreement] : [])),
    );
  return { home, partner, astrid, bo, david, id: asked.id, verdicts, upkeep };
};

test("a server's country takes effect when its agency's own approver agrees, and waits until then", async () => {
  const { home, astrid, bo, david } = await inForce();
  const { version } = value(await readHomeserver(astrid, { id: home.server }));
  const wish = { id: home.server, version, country: "NO" };
  expect(codeOf(await updateHomeserver(david, wish))).toBe("not_permitted");
  const { homeserver, proposed } = value(await updateHomeserver(astrid, wish));
  expect([homeserver.country, proposed.length]).toEqual([null, 1]);
  expect(codeOf(await updateHomeserver(astrid, { ...wish, version: homeserver.version }))).toBe("change_waits");
  const change = value(parsePublicId("chg", proposed[0] ?? ""));
  value(await decideChange(bo, { id: change, decision: "approve" }));
  expect(value(await readHomeserver(david, { id: home.server })).country).toBe("NO");
});

test("a server that comes to stand outside the rule of an agreement in force is upkeep at both sides", async () => {
  const { home, partner, bo, david, id, verdicts, upkeep } = await inForce();
  expect(await verdicts()).toEqual(["undeclared", "undeclared"]);
  const owner = db("owner").homeserver;
  await owner.updateMany({ where: { id: { in: [home.server, partner.server] } }, data: { country: "SE" } });
  expect([await verdicts(), await upkeep(bo), await upkeep(david)]).toEqual([["ok", "ok"], [], []]);
  await owner.update({ where: { id: partner.server }, data: { country: "US" } });
  expect((await verdicts()).toSorted()).toEqual(["ok", "outside"]);
  expect([await upkeep(bo), await upkeep(david)]).toEqual([[id], [id]]);
});

test("a name that comes to lead to another country raises doubt, and its certificate is a hint that decides nothing", async () => {
  const { home, partner, bo, id, verdicts, upkeep } = await inForce();
  const owner = db("owner");
  await owner.homeserver.updateMany({ where: { id: { in: [home.server, partner.server] } }, data: { country: "SE" } });
  await owner.nameProof.update({
    where: { homeserverId: home.server },
    data: { subjectCountry: "DE", issuerCountry: "US" },
  });
  const hints = async () => value(await readHomeserver(bo, { id: home.server })).countryHints;
  expect(await hints()).toEqual({ subject: "DE", issuer: "US", leadsTo: null });
  expect(await upkeep(bo)).toEqual([]);
  await owner.discoveryStep.create({
    data: {
      homeserverId: home.server,
      step: "well_known",
      state: "pass",
      detail: { found: "yes", server: "matrix.host.us:443" },
      at: 1n,
    },
  });
  expect((await hints()).leadsTo).toEqual({ host: "matrix.host.us:443", country: "US" });
  expect((await verdicts()).toSorted()).toEqual(["doubtful", "ok"]);
  expect(await upkeep(bo)).toEqual([id]);
});
