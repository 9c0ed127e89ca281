import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AmendmentView, DecideAmendment } from "#lib/contracts/amendments.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, parsePublicId } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideOnAmendment, proposeAmendment, readAmendment } from "./amend-trust.ts";
import { decideTrust } from "./decide-trust.ts";
import { readAgreement } from "./read-agreements.ts";
import { requestTrust } from "./request-trust.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

let pairs = 0;
/** An agreement that stands between two agencies, until in a month. */
const agreed = async () => {
  pairs += 1;
  const home = await seedAgency(`Hemverket ${pairs}`, `chat.home${pairs}.example`);
  const partner = await seedAgency(`Partnerverket ${pairs}`, `chat.partner${pairs}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const homeApprover = await seedPerson("Bo", { role: "approver", agency: home.id });
  const partnerApprover = await seedPerson("David", { role: "approver", agency: partner.id });
  const end = Date.now() + 30 * DAY;
  const wish = { as: home.id, partner: partner.id, purpose: "Samverkan", end };
  const asked = value(await requestTrust(administrator, wish));
  const read = parsePublicId("agr", asked.id);
  if (!read.ok) throw new Error(asked.id);
  const id = read.value;
  const consent = (version: number, as: AgencyId, move: "endorse" | "accept") => ({
    id,
    version,
    as,
    move,
    digest: asked.digest ?? "",
  });
  const endorsed = value(await decideTrust(homeApprover, consent(asked.version, home.id, "endorse")));
  const stands = value(await decideTrust(partnerApprover, consent(endorsed.version, partner.id, "accept")));
  const longer = { id, as: home.id, purpose: "Samverkan", end: end + 365 * DAY };
  return { id, end, longer, home, partner, administrator, homeApprover, partnerApprover, stands };
};
type Scene = Awaited<ReturnType<typeof agreed>>;
const decide = (
  { id }: Scene,
  actor: Actor,
  as: AgencyId,
  { digest }: AmendmentView,
  act: DecideAmendment["act"],
  more: Partial<DecideAmendment> = {},
) => decideOnAmendment(actor, { id, as, act, digest: digest ?? "", ...more });

/** What a person has been told of amendments, in order, each with whether it is settled. */
const toldTo = async ({ person }: Actor): Promise<readonly string[]> => {
  const rows = await db("owner").notice.findMany({
    where: { personId: person, kind: { in: ["amendment_waits", "amended", "amendment_refused"] } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map(({ kind, settledAt }) => (settledAt === null ? kind : `${kind} (settled)`));
};

describe("new terms", () => {
  test("are told to the approvers of both sides when proposed, settled side by side, and told when they hold", async () => {
    const scene = await agreed();
    const { longer, home, partner, administrator, homeApprover, partnerApprover } = scene;
    const people = [administrator, homeApprover, partnerApprover];
    const proposed = value(await proposeAmendment(administrator, longer));
    expect(await Promise.all(people.map(toldTo))).toEqual([[], ["amendment_waits"], ["amendment_waits"]]);
    value(await decide(scene, partnerApprover, partner.id, proposed, "consent"));
    expect(await Promise.all(people.map(toldTo))).toEqual([[], ["amendment_waits"], ["amendment_waits (settled)"]]);
    value(await decide(scene, homeApprover, home.id, proposed, "consent"));
    expect(await Promise.all(people.map(toldTo))).toEqual([
      ["amended"],
      ["amendment_waits (settled)"],
      ["amendment_waits (settled)", "amended"],
    ]);
  });

  test("that are refused are told to who proposed them, and those withdrawn wait for nobody", async () => {
    const scene = await agreed();
    const { longer, home, partner, administrator, homeApprover, partnerApprover } = scene;
    const proposed = value(await proposeAmendment(administrator, longer));
    const why = { reason: "för långt" };
    value(await decide(scene, partnerApprover, partner.id, proposed, "refuse", why));
    const people = [administrator, homeApprover, partnerApprover];
    expect(await Promise.all(people.map(toldTo))).toEqual([
      ["amendment_refused"],
      ["amendment_waits (settled)", "amendment_refused"],
      ["amendment_waits (settled)"],
    ]);
    const again = value(await proposeAmendment(homeApprover, longer));
    expect(await toldTo(partnerApprover)).toEqual(["amendment_waits (settled)", "amendment_waits"]);
    value(await decide(scene, homeApprover, home.id, again, "withdraw"));
    expect(await toldTo(partnerApprover)).toEqual(["amendment_waits (settled)", "amendment_waits (settled)"]);
  });

  test("are shown to both with what differs, and the old stand until both have consented; then the new do, still agreed", async () => {
    const scene = await agreed();
    const { id, end, longer, home, partner, administrator, homeApprover, partnerApprover } = scene;
    const proposed = value(await proposeAmendment(administrator, longer));
    const seen = value(await readAmendment(partnerApprover, { id }));
    expect(seen.difference).toEqual([{ path: "terms.end", was: String(end), now: String(longer.end) }]);
    expect(seen.mayDecide.map(({ acts }) => acts)).toEqual([["consent", "refuse"]]);
    value(await decide(scene, partnerApprover, partner.id, proposed, "consent", { diarienummer: "P 2027:1" }));
    const between = value(await readAgreement(homeApprover, { id }));
    expect([between.stage, between.end, between.digest]).toEqual(["agreed", end, scene.stands.digest]);
    const last = value(await decide(scene, homeApprover, home.id, proposed, "consent"));
    expect(last.stage).toBe("accepted");
    const after = value(await readAgreement(partnerApprover, { id }));
    expect([after.stage, after.end, after.digest, after.termsNumber]).toEqual([
      "agreed",
      longer.end,
      proposed.digest,
      2,
    ]);
    const jobs = await db("owner").$queryRaw<unknown[]>`select kind from audit where kind = 'trust.amend'`;
    expect(jobs.length).toBeGreaterThan(0);
  });

  test("are never in force by one person, one side, another digest, or after a refusal with its reason", async () => {
    const scene = await agreed();
    const { id, end, longer, home, partner, homeApprover, partnerApprover, administrator } = scene;
    const proposed = value(await proposeAmendment(homeApprover, longer));
    expect(codeOf(await decide(scene, homeApprover, home.id, proposed, "consent"))).toBe("own_request");
    expect(codeOf(await decide(scene, administrator, home.id, proposed, "consent"))).toBe("not_permitted");
    const other = { ...proposed, digest: `sha256:${"A".repeat(43)}` };
    expect(codeOf(await decide(scene, partnerApprover, partner.id, other, "consent"))).toBe("terms_changed");
    expect(codeOf(await decide(scene, partnerApprover, partner.id, proposed, "refuse"))).toBe("reason_required");
    expect(codeOf(await proposeAmendment(partnerApprover, { ...longer, as: partner.id, purpose: "Annat" }))).toBe(
      "move_not_allowed",
    );
    const why = { reason: "för långt" };
    const refused = value(await decide(scene, partnerApprover, partner.id, proposed, "refuse", why));
    expect([refused.stage, refused.reason]).toEqual(["refused", "för långt"]);
    expect(codeOf(await decide(scene, partnerApprover, partner.id, proposed, "consent"))).toBe("move_not_allowed");
    expect(value(await readAgreement(homeApprover, { id })).end).toBe(end);
  });

  test("must differ from the old, and are nobody else's to read", async () => {
    const scene = await agreed();
    const { id, end, longer, administrator } = scene;
    expect(codeOf(await proposeAmendment(administrator, { ...longer, end }))).toBe("nothing_amended");
    const stranger = await seedPerson("Eva", { role: "approver", agency: (await agreed()).home.id });
    expect(codeOf(await readAmendment(stranger, { id }))).toBe("not_found");
    expect(codeOf(await proposeAmendment(stranger, longer))).toBe("not_found");
  });
});
