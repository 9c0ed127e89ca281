import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CreateAgency } from "#lib/contracts/directory.ts";
import { AddHomeserver } from "#lib/contracts/homeservers.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { createAgency } from "./create-agency.ts";
import { decideChange, listChanges, readChange } from "./decide-change.ts";
import { decideTrust } from "./decide-trust.ts";
import { listAgencies, readAgency } from "./list-agencies.ts";
import { readAgreement } from "./read-agreements.ts";
import { readHomeserver } from "./read-homeservers.ts";
import { requestTrust } from "./request-trust.ts";
import { setMode } from "./set-mode.ts";
import { setAgencyState, updateAgency } from "./update-agency.ts";
import { addHomeserver, updateHomeserver } from "./write-homeservers.ts";

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
const bare = <P extends "agy" | "agr" | "chg">(prefix: P, id: string) => {
  const read = parsePublicId(prefix, id);
  if (!read.ok) throw new Error(id);
  return read.value;
};
const wish = (orgnr: string) =>
  CreateAgency.parse({
    name: { sv: "Nyverket", en: "New Agency" },
    identifier: { scheme: "orgnr", value: orgnr },
    memberClass: "state_agency",
  });
const server = (serverName: string) => AddHomeserver.parse({ serverName, platform: "synapse" });

describe("the directory", () => {
  test("takes an agency from a coordinator, once for each organisation number, active only with an incident contact", async () => {
    const coordinator = await seedPerson("Frida", { role: "coordinator" });
    const created = value(await createAgency(coordinator, wish("202100-5521")));
    expect(created.state).toBe("invited");
    const again = await createAgency(coordinator, wish("2021005521"));
    expect(again).toMatchObject({ error: { code: "duplicate_identifier", link: `/agencies/${created.id}` } });
    const id = bare("agy", created.id);
    const activate = { id, version: 1, state: "active" as const };
    expect(codeOf(await setAgencyState(coordinator, activate))).toBe("incident_contact_required");
    const contacts = [{ kind: "incident" as const, name: "Jour", email: "jour@ny.example", phone: null }];
    expect(codeOf(await updateAgency(coordinator, { id, version: 9, contacts }))).toBe("stale_version");
    const updated = value(await updateAgency(coordinator, { id, version: 1, contacts }));
    expect(value(await setAgencyState(coordinator, { ...activate, version: updated.version })).state).toBe("active");
  });

  test("refuses who is no coordinator, and lists by cursor without repeating or losing one", async () => {
    const { id } = await seedAgency("Averket");
    for (const name of ["Bverket", "Cverket", "Dverket"]) await seedAgency(name);
    const person = await seedPerson("Astrid", { role: "administrator", agency: id });
    expect(codeOf(await createAgency(person, wish("202100-6297")))).toBe("not_permitted");
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = value(await listAgencies(person, { limit: 2, ...(cursor === undefined ? {} : { cursor }) }));
      names.push(...page.items.map(({ name }) => name.sv));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["Averket", "Bverket", "Cverket", "Dverket"]));
    expect(codeOf(await listAgencies(person, { limit: 2, cursor: "x" }))).toBe("invalid_cursor");
  });
});

describe("how many approvers an agency asks of itself", () => {
  test("is raised by its administrator, and lowered only by its own other approver", async () => {
    const { id } = await seedAgency("Tvåverket", undefined, 2);
    const administrator = await seedPerson(
      "Astrid",
      { role: "administrator", agency: id },
      { role: "approver", agency: id },
    );
    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    const asked = value(await updateAgency(administrator, { id, version: 1, approversRequired: 1 }));
    expect([asked.approversRequired, asked.openChanges.length]).toEqual([2, 1]);
    const change = bare("chg", asked.openChanges[0] ?? "");
    expect(codeOf(await decideChange(administrator, { id: change, decision: "approve" }))).toBe("own_change");
    value(await decideChange(approver, { id: change, decision: "approve" }));
    const lowered = value(await readAgency(approver, { id }));
    expect([lowered.approversRequired, lowered.openChanges]).toEqual([1, []]);
    const raised = await updateAgency(administrator, { id, version: lowered.version, approversRequired: 2 });
    expect(value(raised)).toMatchObject({ approversRequired: 2, openChanges: [] });
  });

  test("leaves a standing agreement as it was agreed", async () => {
    const home = await seedAgency("Ståverket", "chat.sta.example");
    const partner = await seedAgency("Liggverket", "chat.ligg.example");
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
    const approver = await seedPerson("Bo", { role: "approver", agency: home.id });
    const other = await seedPerson("David", { role: "approver", agency: partner.id });
    const asked = value(await requestTrust(administrator, { as: home.id, partner: partner.id, purpose: "Samverkan" }));
    const move = { id: bare("agr", asked.id), digest: asked.digest ?? "" };
    await decideTrust(approver, { ...move, version: 1, as: home.id, move: "endorse" });
    value(await decideTrust(other, { ...move, version: 2, as: partner.id, move: "accept" }));
    value(await updateAgency(administrator, { id: home.id, version: 1, approversRequired: 2 }));
    expect(value(await readAgreement(approver, { id: move.id })).stage).toBe("agreed");
  });
});

describe("a homeserver of an active agency", () => {
  test("is added once for each name, and changes its name only by its own other approver", async () => {
    const { id } = await seedAgency("Serververket");
    const administrator = await seedPerson(
      "Astrid",
      { role: "administrator", agency: id },
      { role: "approver", agency: id },
    );
    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    const added = value(await addHomeserver(administrator, { ...server("Chat.Sv.example"), id }));
    expect(added.serverName).toBe("chat.sv.example");
    expect(codeOf(await addHomeserver(administrator, { ...server("chat.sv.example"), id }))).toBe(
      "duplicate_server_name",
    );
    const hs = parsePublicId("hs", added.id);
    if (!hs.ok) throw new Error(added.id);
    const renamed = AddHomeserver.parse({ serverName: "new.sv.example", platform: "synapse" }).serverName;
    const changed = value(
      await updateHomeserver(administrator, { id: hs.value, version: added.version, serverName: renamed }),
    );
    expect([changed.homeserver.serverName, changed.proposed.length]).toEqual(["chat.sv.example", 1]);
    const change = bare("chg", changed.proposed[0] ?? "");
    expect(codeOf(await decideChange(administrator, { id: change, decision: "approve" }))).toBe("own_change");
    expect(codeOf(await decideChange(asToken(approver), { id: change, decision: "approve" }))).toBe(
      "tokens_never_decide",
    );
    expect(
      value(await listChanges(approver, { limit: 10, state: "open" })).items.map(({ allowed }) => allowed),
    ).toEqual([["approve", "reject"]]);
    expect(value(await decideChange(approver, { id: change, decision: "approve" })).state).toBe("approved");
    expect(codeOf(await decideChange(approver, { id: change, decision: "approve" }))).toBe("change_not_open");
    expect(value(await readHomeserver(approver, { id: hs.value })).serverName).toBe("new.sv.example");
  });

  test("shows a change to its own agency alone, with what differs and what was decided", async () => {
    const { id, server: hs } = await seedAgency("Visarverket", "chat.visa.example");
    const { id: other } = await seedAgency("Annatverket");
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: id });
    const approver = await seedPerson("Bo", { role: "approver", agency: id });
    const stranger = await seedPerson("Nils", { role: "approver", agency: other });
    const override = { host: "matrix.inner.example", port: 8448, ca: null };
    const { proposed } = value(await updateHomeserver(administrator, { id: hs, version: 1, override }));
    const second = await updateHomeserver(administrator, { id: hs, version: 1, override: null });
    expect(second).toMatchObject({ ok: false, error: { code: "change_waits", link: `/changes/${proposed[0]}` } });
    const change = bare("chg", proposed[0] ?? "");
    expect(codeOf(await readChange(stranger, { id: change }))).toBe("not_found");
    expect(value(await readChange(administrator, { id: change }))).toMatchObject({ before: { override: null } });
    await decideChange(approver, { id: change, decision: "reject", reason: "Fel värd" });
    expect(value(await readChange(administrator, { id: change }))).toMatchObject({
      after: { override },
      state: "rejected",
      reason: "Fel värd",
      allowed: [],
    });
  });

  test("enforces only by an approver's word in an interactive session", async () => {
    const agency = await seedAgency("Lägesverket", "chat.lage.example");
    const administrator = await seedPerson("Astrid", { role: "administrator", agency: agency.id });
    const approver = await seedPerson("Bo", { role: "approver", agency: agency.id });
    const enforce = { id: agency.server, version: 1, mode: "enforce" as const };
    expect(codeOf(await setMode(administrator, enforce))).toBe("not_permitted");
    expect(codeOf(await setMode(asToken(approver), enforce))).toBe("tokens_never_decide");
    expect(value(await setMode(approver, enforce)).mode).toBe("enforce");
    expect(codeOf(await setMode(approver, enforce))).toBe("stale_version");
  });
});
