import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePublicId } from "#lib/domain/ids.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideTrust } from "./decide-trust.ts";
import { readDecision } from "./read-decision.ts";
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

test("each side reads who prepared and who decided; nobody before the decision, and no other agency at all", async () => {
  const home = await seedAgency("Hem", "chat.document-home.example");
  const partner = await seedAgency("Partner", "chat.document-partner.example");
  const stranger = await seedPerson("Eva", { role: "approver", agency: (await seedAgency("Tredje")).id });
  const asker = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const approver = await seedPerson("Bo", { role: "approver", agency: home.id });
  const theirs = await seedPerson("David", { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(asker, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
  const id = parsePublicId("agr", asked.id);
  if (!id.ok) throw new Error(asked.id);
  const one = { id: id.value };
  const digest = asked.digest ?? "";
  expect(codeOf(await readDecision(asker, one))).toBe("not_decided");
  const first = { ...one, version: asked.version, as: home.id, move: "endorse", digest } as const;
  const endorsed = value(await decideTrust(approver, first));
  expect(codeOf(await readDecision(theirs, one))).toBe("not_decided");
  const second = { ...one, version: endorsed.version, as: partner.id, move: "accept", digest } as const;
  value(await decideTrust(theirs, { ...second, diarienummer: "2026/9" }));
  const [ours, their] = [value(await readDecision(asker, one)), value(await readDecision(theirs, one))];
  expect(ours.acts.map(({ kind, person }) => `${kind} ${person?.name}`)).toEqual([
    "request Astrid",
    "endorse Bo",
    "accept David",
  ]);
  expect(ours.agreement).toMatchObject({ digest, mine: "home", terms: { purpose: "Samverkan" } });
  expect(ours.decidedAt).toBe(ours.acts[2]?.at);
  expect(their).toEqual({ ...ours, agreement: { ...ours.agreement, mine: "partner" } });
  expect(["not_found", "not_a_party"]).toContain(codeOf(await readDecision(stranger, one)));
});
