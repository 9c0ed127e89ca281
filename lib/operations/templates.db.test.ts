import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { readFederationTemplates, readTemplates, setFederationTemplates, setTemplates } from "./templates.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const templates = [{ name: "Övning", purpose: "Gemensam övning", content: { ceiling: "1" as const } }];

test("an agency's templates are its administrator's to set over what was shown, in the log, and its own people's to read", async () => {
  const home = await seedAgency("Hemverket", "chat.home.example");
  const partner = await seedAgency("Partnerverket", "chat.partner.example");
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const auditor = await seedPerson("Eva", { role: "auditor", agency: home.id });
  const other = await seedPerson("David", { role: "administrator", agency: partner.id });
  const wish = { id: home.id, number: 0, templates };
  expect(codeOf(await setTemplates(other, wish))).toBe("not_permitted");
  expect(codeOf(await setTemplates(auditor, wish))).toBe("not_permitted");
  expect(await setTemplates(administrator, wish)).toMatchObject({ ok: true, value: { number: 1, templates } });
  expect(codeOf(await setTemplates(administrator, wish))).toBe("stale_version");
  const read = await readTemplates(auditor, { id: home.id });
  expect(read).toMatchObject({ ok: true, value: { templates, maySet: false } });
  expect(codeOf(await readTemplates(other, { id: home.id }))).toBe("not_found");
  const rows = await db("owner").audit.count({ where: { kind: "templates.set", actor: administrator.pseudonym } });
  expect(rows).toBe(1);
});

test("the federation's templates are a coordinator's to set and every member's to read", async () => {
  const agency = await seedAgency("Tredjeverket", "chat.third.example");
  const member = await seedPerson("Bo", { role: "administrator", agency: agency.id });
  const coordinator = await seedPerson("Cecilia", { role: "coordinator" });
  expect(codeOf(await setFederationTemplates(member, { number: 0, templates }))).toBe("not_permitted");
  expect(codeOf(await setFederationTemplates(coordinator, { number: 0, templates }))).toBe("done");
  const read = await readFederationTemplates(member, {});
  expect(read).toMatchObject({ ok: true, value: { agency: null, number: 1, templates, maySet: false } });
});

test("a template never says what a request may not: the top level and security-protected information are refused", async () => {
  const agency = await seedAgency("Fjärdeverket", "chat.fourth.example");
  const administrator = await seedPerson("Frida", { role: "administrator", agency: agency.id });
  const codes = ["4", "protected"] as const;
  for (const ceiling of codes) {
    const wish = { id: agency.id, number: 0, templates: [{ name: "Hemligt", content: { ceiling } }] };
    expect(codeOf(await setTemplates(administrator, wish))).not.toBe("done");
  }
  expect(await readTemplates(administrator, { id: agency.id })).toMatchObject({ value: { number: 0, templates: [] } });
});
