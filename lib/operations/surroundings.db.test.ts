import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { writePath, writeSurroundings } from "#lib/data/surroundings.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { instant, MINUTE } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { readAgreement } from "./read-agreements.ts";
import { requestTrust } from "./request-trust.ts";
import { readExposure, readNeighbours, sayCut } from "./surroundings.ts";

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
const named = (text: string): ServerName => value(parseServerName(text));

let pairs = 0;
/** Two agencies with people, a request between them, and what the home side's server tells of its rooms. */
const scene = async () => {
  pairs += 1;
  const [a, b] = [named(`chat.home${pairs}.example`), named(`chat.partner${pairs}.example`)];
  const home = await seedAgency(`Hemrum ${pairs}`, a);
  const partner = await seedAgency(`Partnerrum ${pairs}`, b);
  const astrid = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const bo = await seedPerson("Bo", { role: "approver", agency: home.id });
  const cecilia = await seedPerson("Cecilia", { role: "administrator", agency: partner.id });
  const david = await seedPerson("David", { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: "Rum" }));
  const id = value(parsePublicId("agr", asked.id));
  await asWorker(async (tx) => {
    await writeSurroundings(tx, home.server, systemClock.now(), {
      cut: false,
      neighbours: {
        [b]: { rooms: 7, theirs: 9, ours: 4, receivedAt: instant(1_700_000_000_000) },
        "chat.elsewhere.example": { rooms: 2, theirs: 3, ours: 1 },
      },
      exposure: { [b]: { rooms: 7, ours: 4, theirs: 9, third: { "third.example": { rooms: 3, people: 5 } } } },
    });
    return ok(undefined);
  });
  const agree = async (): Promise<void> => {
    const base = { id, digest: asked.digest ?? "" };
    const endorse = { ...base, version: asked.version, as: home.id, move: "endorse" } as const;
    const { version } = value(await decideTrust(bo, endorse));
    value(await decideTrust(david, { ...base, version, as: partner.id, move: "accept" }));
  };
  return { a, b, home, partner, astrid, bo, cecilia, david, id, agree };
};

test("an agency sees what enforcing would cut, in rooms and people, and what becomes of each server", async () => {
  const { b, home, partner, astrid } = await scene();
  const view = value(await readNeighbours(astrid, { id: home.server }));
  expect(view.cutting).toEqual({ servers: 2, rooms: 9, ours: 5 });
  expect(view.neighbours.map(({ serverName, state, rooms }) => [serverName, state, rooms])).toEqual([
    [b, "asked", 7],
    ["chat.elsewhere.example", "undecided", 2],
  ]);
  expect(view.neighbours[0]?.agencies.map(({ name }) => name.sv)).toEqual([`Partnerrum ${pairs}`]);
  expect(view.neighbours[0]?.homeserver?.id).toContain(partner.server);
  expect(view.mayAsk.map(({ name }) => name.sv)).toEqual([`Hemrum ${pairs}`]);
});

test("a deliberate cut bears its person and reason, and stands in the log", async () => {
  const { home, astrid, cecilia } = await scene();
  const wish = { id: home.server, serverName: named("chat.elsewhere.example"), reason: "Projektet är slut" };
  expect(codeOf(await sayCut(cecilia, wish))).toBe("not_permitted");
  const view = value(await sayCut(astrid, wish));
  const cut = view.neighbours.find(({ serverName }) => serverName === wish.serverName);
  expect(cut).toMatchObject({ state: "cut", cut: { by: { name: "Astrid" }, reason: "Projektet är slut" } });
  const kinds = await db("owner").audit.findMany({ where: { kind: "homeserver.cut_meant" } });
  expect(kinds).toHaveLength(1);
});

test("who shares rooms with whom is for the server's own agency: nobody else, in the operations and in the database", async () => {
  const { home, astrid, cecilia, id, agree } = await scene();
  await agree();
  const coordinator = await seedPerson("Frida", { role: "coordinator" });
  for (const other of [cecilia, coordinator])
    expect(codeOf(await readNeighbours(other, { id: home.server }))).toBe("not_permitted");
  expect(value(await readExposure(astrid, { id })).servers).toHaveLength(1);
  expect(value(await readExposure(cecilia, { id })).servers).toEqual([]);
  expect(codeOf(await readExposure(coordinator, { id }))).toBe("not_a_party");
  expect(await db("web").surroundings.count()).toBe(0);
  expect(value(await readNeighbours(asToken(astrid), { id: home.server })).neighbours).toHaveLength(2);
});

test("before approval and after, the third servers in the shared rooms are told", async () => {
  const { a, b, bo, id } = await scene();
  expect(value(await readExposure(bo, { id })).servers).toMatchObject([
    {
      own: { serverName: a },
      partner: { serverName: b },
      rooms: 7,
      third: [{ serverName: "third.example", rooms: 3, people: 5, agreed: false }],
    },
  ]);
});

test("a partner's own probe after the decision counts as observed, an older one does not", async () => {
  const { home, partner, astrid, id, agree } = await scene();
  const probed = async (at: number, outcome: "open" | "denied") =>
    asWorker(async (tx) => {
      const seen = { outcome, status: outcome === "open" ? 200 : 403, errcode: "", said: "", tookMs: 5 };
      await writePath(tx, { from: home.server, to: partner.server, ...seen, at: instant(at) });
      return ok(undefined);
    });
  const observed = async () => {
    const lane = value(await readAgreement(astrid, { id })).lanes.find(({ to }) => to.id.includes(partner.server));
    const station = lane?.stations.find((each) => each.station === "observed");
    return [station?.state, station?.by, lane?.path?.outcome];
  };
  await probed(systemClock.now() - MINUTE, "denied");
  await agree();
  expect(await observed()).toEqual(["not_yet", "probe", "denied"]);
  await probed(systemClock.now(), "open");
  expect(await observed()).toEqual(["reached", "partner", "open"]);
  await probed(systemClock.now(), "denied");
  expect(await observed()).toEqual(["failed", "partner", "denied"]);
});
