import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import { idOf } from "#lib/domain/ids.ts";
import { newId } from "#lib/platform/ids.ts";
import { openLine, seedAgency, seedPerson, seedServer } from "#lib/testing/line.ts";
import { readFederation, updateFederation } from "./federation.ts";
import { acceptTerms, readFederationTerms } from "./federation-terms.ts";
import { readOnboarding } from "./read-onboarding.ts";
import { setAgencyState, updateAgency } from "./update-agency.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
  const { version } = value(await readFederation(coordinator, {}));
  value(await updateFederation(coordinator, { version, terms: "Villkor" }));
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const now = async (actor: Actor, id: ReturnType<typeof idOf<"agy">>) =>
  value(await readOnboarding(actor, { id }))
    .steps.filter(({ state }) => state === "now")
    .map(({ step, by }) => `${step} ${by}`);

describe("an agency's joining", () => {
  test("goes from step to step as each is done, and says whose turn it is", async () => {
    const { id } = await seedAgency("Nyverket");
    await db("owner").agency.update({ where: { id }, data: { state: "invited" } });
    expect(await now(coordinator, id)).toEqual(["invited coordinator"]);
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    expect(await now(administrator, id)).toEqual([
      "approver administrator",
      "contacts administrator",
      "server administrator",
      "identity coordinator",
    ]);

    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    const contacts = (["incident", "technical"] as const).map((kind) => ({
      kind,
      name: "Jour",
      email: "jour@ny.example",
      phone: null,
    }));
    value(await updateAgency(administrator, { id, version: 1, contacts }));
    const server = idOf("hs", newId());
    await seedServer(server, "chat.ny.example", [id]);
    expect(await now(approver, id)).toEqual([
      "terms approver",
      "proof administrator",
      "keys administrator",
      "reporting administrator",
      "identity coordinator",
    ]);

    const digest = value(await readFederationTerms(approver, {})).current?.digest ?? "";
    const signed = { authority: "Arbetsordningen 4 §", diarienummer: "2026/9" };
    value(await acceptTerms(approver, { agency: id, digest, ...signed }));
    await db("owner").homeserver.update({ where: { id: server }, data: { identityState: "pinned" } });
    await db("owner").nameProof.update({ where: { homeserverId: server }, data: { state: "proven" } });
    const point = {
      id: newId(),
      homeserverId: server,
      agencyId: id,
      kind: "agent",
      mode: "pull",
      keys: [],
      instances: [],
    };
    await db("owner").enforcementPoint.create({ data: { ...point, createdAt: 1n, lastReceiptAt: 2n } });
    expect(await now(coordinator, id)).toEqual(["identity coordinator", "ready coordinator"]);

    value(await setAgencyState(coordinator, { id, version: 2, state: "active" }));
    const done = value(await readOnboarding(coordinator, { id }));
    expect(new Set(done.steps.map(({ state }) => state))).toEqual(new Set(["done"]));
    expect(done.terms).toMatchObject({ number: 1, diarienummer: "2026/9", person: { name: "Bo" } });
  });

  test("is seen by the agency and the coordinators, and by nobody else", async () => {
    const { id } = await seedAgency("Egetverket");
    const other = await seedPerson("David", { role: "approver", agency: (await seedAgency("Grannverket")).id });
    const auditor = await seedPerson("Rut", { role: "auditor", agency: id });
    expect(codeOf(await readOnboarding(other, { id }))).toBe("not_permitted");
    expect(codeOf(await readOnboarding(auditor, { id }))).toBe("done");
    expect(codeOf(await readOnboarding(coordinator, { id }))).toBe("done");
  });

  test("leads each step to the page where it is done", async () => {
    const { id, server } = await seedAgency("Länkverket", "chat.lank.example");
    await seedPerson("Astrid", { role: "administrator", agency: id });
    const { steps } = value(await readOnboarding(coordinator, { id }));
    const hrefs = Object.fromEntries(steps.map(({ step, href }) => [step, href]));
    expect(hrefs).toMatchObject({ terms: "/terms", keys: `/servers/hs_${server}`, contacts: `/agencies/agy_${id}` });
  });
});
