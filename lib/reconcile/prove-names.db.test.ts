import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { DAY, HOUR, type Instant, instant, later, MINUTE } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import { askNameProof, readNameProof } from "#lib/operations/name-proof.ts";
import type { Http } from "#lib/platform/http.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { proveNames } from "./prove-names.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

let now: Instant = instant(1_795_000_000_000);
/** What stands under each name; a name that is not there does not answer. */
const published = new Map<string, string>();
const http: Http = async (url) => {
  const body = published.get(new URL(url).host);
  if (body === undefined) return err({ code: "timeout", detail: "" });
  return ok({ status: 200, headers: {}, body: new TextEncoder().encode(body), url });
};
const resolveTxt = async () => {
  throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
};
const round = () => proveNames({ http, resolveTxt, clock: { now: () => now } });
beforeEach(async () => {
  published.clear();
  await db("owner").homeserver.deleteMany({});
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const scene = async (word: string) => {
  const name = `chat.${word}.example`;
  const { id: agency, server } = await seedAgency(`${word}verket`, name);
  const person = await seedPerson("Astrid", { role: "administrator", agency });
  const read = async () => value(await readNameProof(person, { id: server }));
  const publish = async () => published.set(name, (await read()).token);
  return { agency, server, name, person, read, publish };
};
const logged = async (server: string) =>
  (await db("owner").audit.findMany({ where: { subject: server }, orderBy: { seq: "asc" } })).map(({ kind }) => kind);

test("a name is proven by its token, looked for again for ever, lost a day after the token went, and proven anew", async () => {
  const { server, name, person, read, publish } = await scene("bevis");
  expect(await read()).toMatchObject({ state: "missing", waiting: true, record: "_tillit.chat.bevis.example" });
  await round();
  expect(await read()).toMatchObject({ state: "missing", code: "timeout", checkedAt: now });
  await publish();
  now = later(now, MINUTE);
  await round();
  const provenAt = now;
  expect(await read()).toMatchObject({ state: "proven", found: "well_known", provenAt });
  now = later(now, 12 * HOUR - 1);
  expect(await round()).toBe(0);
  now = later(now, 1);
  expect(await round()).toBe(1);

  published.set(name, "gone");
  now = later(now, 12 * HOUR);
  await round();
  expect(await read()).toMatchObject({ state: "proven", failingSince: now, provenAt });
  now = later(now, DAY);
  await round();
  expect(await read()).toMatchObject({ state: "lost" });
  const told = await db("owner").notice.findMany({ where: { kind: "name_lost", personId: person.person } });
  expect(told.map(({ settledAt }) => settledAt)).toEqual([null]);

  await publish();
  value(await askNameProof(person, { id: server }));
  now = instant(Math.max(later(now, HOUR), Date.now()));
  await round();
  expect(await read()).toMatchObject({ state: "proven", provenAt: now, waiting: false });
  expect(await logged(toPublicId("hs", server))).toEqual([
    "homeserver.name_proven",
    "homeserver.name_lost",
    "homeserver.name_proven",
  ]);
  const settled = await db("owner").notice.findMany({ where: { kind: "name_lost", personId: person.person } });
  expect(settled.map(({ settledAt }) => settledAt === null)).toEqual([false]);
});

test("another server's token proves nothing, and one name that fails keeps no other waiting", async () => {
  const [one, other, third] = [await scene("ett"), await scene("annat"), await scene("tredje")];
  published.set(one.name, (await other.read()).token);
  await third.publish();
  now = later(now, DAY);
  await round();
  expect([(await one.read()).state, (await other.read()).state, (await third.read()).state]).toEqual([
    "missing",
    "missing",
    "proven",
  ]);
});

test("a server that gets another name must prove that name", async () => {
  const { server, read, publish } = await scene("namn");
  await publish();
  now = later(now, DAY);
  await round();
  expect((await read()).state).toBe("proven");
  await db("owner").homeserver.update({ where: { id: server }, data: { serverName: "chat.nyttnamn.example" } });
  expect(await read()).toMatchObject({ state: "missing", provenAt: null, record: "_tillit.chat.nyttnamn.example" });
});

test("the token is shown to the agency, and a look is asked for by those who act for it", async () => {
  const { server, agency } = await scene("enskilt");
  const auditor = await seedPerson("Rut", { role: "auditor", agency });
  const stranger = await seedPerson("David", { role: "administrator", agency: (await seedAgency("Främmande")).id });
  expect(codeOf(await readNameProof(auditor, { id: server }))).toBe("done");
  expect(codeOf(await askNameProof(auditor, { id: server }))).toBe("not_permitted");
  expect(codeOf(await readNameProof(stranger, { id: server }))).toBe("not_found");
});
