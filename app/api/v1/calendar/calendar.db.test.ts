import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Scope } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { createToken, listTokens, revokeToken } from "#lib/operations/tokens.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { GET } from "./route.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const END = Math.floor(Date.now() / 1_000) * 1_000 + 20 * DAY;
const agree = async (home: string, partner: string, stage = "agreed") => {
  const id = newId();
  const empty = { home: [], partner: [] };
  const terms = JSON.stringify({ purpose: "Nattuggla", parties: empty, servers: empty, end: END });
  await db("owner").agreement.create({
    data: {
      id,
      stage,
      createdAt: 1n,
      parties: {
        create: [
          { agencyId: home, side: "home" },
          { agencyId: partner, side: "partner" },
        ],
      },
      versions: { create: { id: newId(), number: 1, terms, digest: "sha256:d", createdBy: newId(), at: 1n } },
    },
  });
  return id;
};
const ask = async (token: string, headers: Record<string, string> = {}) => {
  const request = new Request(`http://portal.test:3000/api/v1/calendar?token=${token}`, { headers });
  const answer = await GET(request, { params: Promise.resolve({}) });
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
};
const make = async (actor: Awaited<ReturnType<typeof seedPerson>>, scopes: Scope[]) => {
  const made = await createToken(actor, { name: "Kalender", scopes, days: 366 });
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
};

test("a calendar shows when one's own agreements end, as iCalendar in UTC, and neither with whom nor why", async () => {
  const own = await seedAgency("Eget verk, med komma");
  const partner = await seedAgency("Hemlig motpart");
  const id = await agree(own.id, partner.id);
  const closed = await agree(own.id, partner.id, "closed");
  const foreign = await agree(partner.id, (await seedAgency("Tredje verket")).id);
  const reader = await seedPerson("Eva", { role: "auditor", agency: own.id });
  const { token } = await make(reader, ["calendar:read"]);
  const { status, type, text } = await ask(token ?? "");
  expect([status, type]).toEqual([200, "text/calendar; charset=utf-8"]);
  const lines = text.replaceAll("\r\n ", "").split("\r\n");
  const stamp = `${new Date(END).toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}Z`;
  expect(lines).toContain(`DTEND:${stamp}`);
  expect(lines).toContain("SUMMARY:Agreement ends – Eget verk\\, med komma");
  expect(lines.filter((line) => line === "BEGIN:VEVENT")).toHaveLength(1);
  expect(text.replaceAll("\r\n ", "")).toContain(`/agreements/agr_${id}`);
  for (const secret of ["Hemlig", "Nattuggla", "Tredje", closed, foreign]) expect(text).not.toContain(secret);
  expect((await ask(token ?? "")).text).toBe(text);
});

test("its address is worth nothing once revoked, reads nothing else, and no other token opens it", async () => {
  const own = await seedAgency("Återkallarverket");
  const reader = await seedPerson("Bo", { role: "approver", agency: own.id });
  const calendar = await make(reader, ["calendar:read"]);
  const wide = await make(reader, ["calendar:read", "agreements:read"]);
  const other = await make(reader, ["agreements:read"]);
  expect((await ask(calendar.token ?? "")).status).toBe(200);
  for (const { token } of [wide, other]) expect((await ask(token ?? "")).status).toBe(404);
  expect((await ask("tlt_nobodys")).status).toBe(404);
  expect((await ask("")).status).toBe(400);
  const listed = await listTokens(reader);
  const id = (listed.ok ? listed.value.items : []).find((each) => each.id === calendar.id)?.id.slice("tok_".length);
  await revokeToken(reader, { id: idOf("tok", id ?? "") });
  expect((await ask(calendar.token ?? "")).status).toBe(404);
});
