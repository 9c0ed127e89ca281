import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { lockHead } from "#lib/data/lists.ts";
import { loadPicture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { type AgencyId, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { desire } from "#lib/reconcile/desire.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { requestTrust } from "./request-trust.ts";
import { setAgencyState } from "./update-agency.ts";

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
const bare = (id: string) => {
  const read = parsePublicId("agr", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};

/** Two agencies with a server each, and a request of the one that its own approver has endorsed. */
const offered = async (word: string) => {
  const home = await seedAgency(`${word}verket`, `chat.${word}.example`);
  const partner = await seedAgency(`Granne ${word}`, `chat.granne-${word}.example`);
  const asker = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const approver = await seedPerson("Bo", { role: "approver", agency: home.id });
  const other = await seedPerson("David", { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(asker, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
  const act = { id: bare(asked.id), digest: asked.digest ?? "" };
  value(await decideTrust(approver, { ...act, version: 1, as: home.id, move: "endorse" }));
  const accept = () => decideTrust(other, { ...act, version: 2, as: partner.id, move: "accept" });
  return { home, partner, approver, other, act, accept };
};
const leave = async (id: AgencyId) => {
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  return value(await setAgencyState(coordinator, { id, version: 1, state: "left", reason: "Läggs ned" }));
};
const listed = async (homeserver: string): Promise<readonly string[]> => {
  const picture = value(
    await await asWorker(async (tx) => {
      await lockHead(tx, homeserver);
      return ok(await loadPicture(tx, homeserver));
    }),
  );
  if (picture === undefined) throw new Error("no picture");
  return desire(picture, systemClock.now()).allow.map(({ server }) => server);
};
const woken = async (homeserver: string): Promise<number> => {
  const [row] = await db("owner").$queryRaw<{ count: bigint }[]>`
    select count(*) from pgboss.job where data->>'homeserverId' = ${homeserver}`;
  return Number(row?.count ?? 0);
};

describe("an agency that leaves", () => {
  test("takes the agency's name from its partner's list and wakes both servers", async () => {
    const { home, partner, accept } = await offered("gar");
    value(await accept());
    expect(await listed(partner.server)).toEqual(["chat.gar.example"]);
    const before = [await woken(home.server), await woken(partner.server)];
    await leave(home.id);
    expect([await listed(home.server), await listed(partner.server)]).toEqual([[], []]);
    expect([await woken(home.server), await woken(partner.server)]).toEqual(before.map((count) => count + 1));
    const rows = await db("owner").audit.findMany({ where: { kind: "agency.left" } });
    expect(rows.map(({ agencyIds }) => agencyIds)).toEqual([[home.id, partner.id]]);
  });

  test("leaves nothing to be accepted, and what stood can still be ended", async () => {
    const { home, partner, other, act, accept } = await offered("vantar");
    await leave(home.id);
    expect(codeOf(await accept())).toBe("agency_left");
    const decline = { ...act, version: 2, as: partner.id, move: "decline" as const, reason: "De har lämnat" };
    expect(value(await decideTrust(other, decline)).stage).toBe("closed");
  });
});
