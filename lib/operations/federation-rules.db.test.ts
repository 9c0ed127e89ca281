import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { identifierInput } from "#lib/contracts/directory.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { db } from "#lib/data/client.ts";
import type { Actor } from "#lib/domain/access.ts";
import type { AgencyId } from "#lib/domain/ids.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import type { Clause } from "#lib/domain/rules.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import type { Move } from "#lib/domain/trust.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideOnAmendment, proposeAmendment } from "./amend-trust.ts";
import { addBarred, liftBarred, listBarred } from "./barred.ts";
import { createAgency } from "./create-agency.ts";
import { decideTrust } from "./decide-trust.ts";
import { previewAgencyFile } from "./import-agencies.ts";
import { readMinimumRules, setMinimumRules } from "./minimum-rules.ts";
import { listAuditRows } from "./read-audit.ts";
import { requestTrust } from "./request-trust.ts";
import { addHomeserver } from "./write-homeservers.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Karin", { role: "coordinator" });
});
afterAll(() => database.close());

type Answer<T> = { ok: true; value: T } | { ok: false; error: { code: string; fields?: readonly { code: string }[] } };
const value = <T>(result: Answer<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const codeOf = (result: Answer<unknown>): string => (result.ok ? "done" : result.error.code);
const faultsOf = (result: Answer<unknown>) => (result.ok ? [] : (result.error.fields ?? []).map(({ code }) => code));
const idIn = ({ id }: AgreementView) => {
  const read = parsePublicId("agr", id);
  if (!read.ok) throw new Error(id);
  return read.value;
};
const serverName = (text: string) => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};

let pairs = 0;
const twoAgencies = async () => {
  pairs += 1;
  const home = await seedAgency(`Hemverket ${pairs}`, `chat.home${pairs}.example`);
  const partner = await seedAgency(`Partnerverket ${pairs}`, `chat.partner${pairs}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const homeApprover = await seedPerson("Bo", { role: "approver", agency: home.id });
  const partnerApprover = await seedPerson("David", { role: "approver", agency: partner.id });
  const wish = { as: home.id, partner: partner.id, purpose: "Samverkan", end: Date.now() + 30 * DAY };
  return { home, partner, administrator, homeApprover, partnerApprover, wish };
};
const setRules = async (clauses: readonly Clause[]) => {
  const { number } = value(await readMinimumRules(coordinator, {}));
  return value(await setMinimumRules(coordinator, { number, clauses }));
};
const move = (agreement: AgreementView, as: AgencyId, kind: Move) => ({
  id: idIn(agreement),
  version: agreement.version,
  as,
  move: kind,
  digest: agreement.digest ?? "",
});
const agreed = async () => {
  const scene = await twoAgencies();
  const asked = value(await requestTrust(scene.administrator, { ...scene.wish, content: { ceiling: "2" } }));
  const endorsed = value(await decideTrust(scene.homeApprover, move(asked, scene.home.id, "endorse")));
  const agreement = value(await decideTrust(scene.partnerApprover, move(endorsed, scene.partner.id, "accept")));
  return { ...scene, agreement };
};

const STRICT: readonly Clause[] = [
  { kind: "ceiling", most: 1 },
  { kind: "legal_basis" },
  { kind: "ends_within", days: 365 },
];

describe("the federation's minimum rules", () => {
  test("are set by a coordinator alone, at the version that was shown, and stand in the log", async () => {
    const { homeApprover } = await twoAgencies();
    const { number } = value(await readMinimumRules(homeApprover, {}));
    const wish = { number, clauses: STRICT };
    expect(codeOf(await setMinimumRules(homeApprover, wish))).toBe("not_permitted");
    expect(codeOf(await setMinimumRules(asToken(coordinator), wish))).toBe("tokens_never_decide");
    const set = value(await setMinimumRules(coordinator, wish));
    expect(set).toMatchObject({ number: number + 1, clauses: STRICT, maySet: true });
    expect(codeOf(await setMinimumRules(coordinator, wish))).toBe("stale_version");
    expect(value(await readMinimumRules(homeApprover, {}))).toMatchObject({ clauses: STRICT, maySet: false });
    const rows = value(await listAuditRows(coordinator, { limit: 50 }));
    expect(rows.items.find(({ kind }) => kind === "minimum_rules.set")).toBeDefined();
    await setRules([]);
  });

  test("refuse a request that undercuts them with one message for each clause, and let one through that does not", async () => {
    const { administrator, wish } = await twoAgencies();
    await setRules(STRICT);
    const refused = await requestTrust(administrator, { ...wish, content: { ceiling: "2" } });
    expect([codeOf(refused), ...faultsOf(refused)]).toEqual([
      "minimum_rules_broken",
      "minimum_ceiling",
      "minimum_legal_basis",
    ]);
    const kept = { ...wish, legalBasis: "OSL 10:2", content: { ceiling: "1" as const } };
    expect(codeOf(await requestTrust(administrator, kept))).toBe("done");
    await setRules([]);
  });

  test("refuse an acceptance of what was asked for before them, and leave what stands as it is", async () => {
    const scene = await twoAgencies();
    const asked = value(await requestTrust(scene.administrator, scene.wish));
    const endorsed = value(await decideTrust(scene.homeApprover, move(asked, scene.home.id, "endorse")));
    const standing = await agreed();
    await setRules(STRICT);
    const refused = await decideTrust(scene.partnerApprover, move(endorsed, scene.partner.id, "accept"));
    expect([codeOf(refused), faultsOf(refused).length]).toEqual(["minimum_rules_broken", 2]);
    const paused = await decideTrust(standing.partnerApprover, {
      ...move(standing.agreement, standing.partner.id, "suspend"),
      reason: "prov",
    });
    const resumed = await decideTrust(standing.partnerApprover, move(value(paused), standing.partner.id, "resume"));
    expect(codeOf(resumed)).toBe("done");
    await setRules([]);
  });

  test("refuse an amendment when it is proposed, and when it is consented to", async () => {
    const { agreement, administrator, partnerApprover, home, partner } = await agreed();
    const id = idIn(agreement);
    const bare = { id, as: home.id, purpose: "Samverkan", end: Date.now() + 60 * DAY };
    const proposed = value(await proposeAmendment(administrator, bare));
    await setRules(STRICT);
    const consent = { id, as: partner.id, act: "consent" as const, digest: proposed.digest ?? "" };
    const refused = await decideOnAmendment(partnerApprover, consent);
    expect([codeOf(refused), ...faultsOf(refused)]).toEqual([
      "minimum_rules_broken",
      "minimum_ceiling",
      "minimum_legal_basis",
    ]);
    const again = { ...bare, end: Date.now() + 90 * DAY };
    expect(codeOf(await proposeAmendment(administrator, again))).toBe("minimum_rules_broken");
    await setRules([]);
  });
});

const organisation = (digits: string) => identifierInput.parse({ scheme: "orgnr", value: digits });
const barName = async (name: string) =>
  value(await addBarred(coordinator, { kind: "server_name", serverName: serverName(name), reason: "Stulen domän." }));

describe("who is barred", () => {
  test("is a coordinator's to say and to read, once for each, and lifting is logged", async () => {
    const { homeApprover } = await twoAgencies();
    const wish = { kind: "server_name" as const, serverName: serverName("once.example"), reason: "Stulen domän." };
    expect(codeOf(await addBarred(homeApprover, wish))).toBe("not_permitted");
    expect(codeOf(await listBarred(homeApprover, {}))).toBe("not_permitted");
    const [bar] = value(await addBarred(coordinator, wish)).items;
    expect(bar).toMatchObject({ value: "once.example", reason: "Stulen domän." });
    expect(codeOf(await addBarred(coordinator, wish))).toBe("barred_already");
    const id = parsePublicId("bar", bar?.id ?? "");
    if (!id.ok) throw new Error("no bar");
    expect(codeOf(await liftBarred(homeApprover, { id: id.value }))).toBe("not_permitted");
    expect(value(await liftBarred(coordinator, { id: id.value })).items).not.toContainEqual(bar);
    expect(codeOf(await liftBarred(coordinator, { id: id.value }))).toBe("not_found");
    expect(codeOf(await addBarred(coordinator, wish))).toBe("done");
  });

  test("is not registered: neither the organisation, nor its servers, nor a row of a file", async () => {
    const { home, administrator } = await twoAgencies();
    const identifier = organisation("202100-5448");
    value(await addBarred(coordinator, { kind: "identifier", identifier, reason: "Upphörd." }));
    await barName("evil.example");
    const made = await createAgency(coordinator, {
      name: { sv: "Spärrade verket", en: "Barred agency" },
      identifier,
      memberClass: "state_agency",
      country: "SE",
      approversRequired: 1,
      contacts: [],
    });
    expect(made).toMatchObject({ ok: false, error: { code: "barred", params: { reason: "Upphörd." } } });
    const server = {
      id: home.id,
      serverName: serverName("chat.evil.example:8448"),
      platform: "synapse" as const,
      alsoServes: [],
      managementUrl: null,
      operatorName: null,
      override: null,
    };
    expect(codeOf(await addHomeserver(administrator, server))).toBe("barred");
    const beside = { ...server, serverName: serverName("notevil.example") };
    expect(codeOf(await addHomeserver(administrator, beside))).toBe("done");
    const csv = [
      "name_sv,name_en,organisation_number,member_class,server_name,platform,administrator_email",
      "Ena,One,202100-5448,state_agency,chat.evil.example,synapse,",
    ].join("\n");
    const preview = value(await previewAgencyFile(coordinator, { csv }));
    const findings = preview.rows.flatMap((row) => row.findings.map(({ column, code }) => [column, code]));
    expect({ findings, file: preview.fileFindings }).toEqual({
      findings: [
        ["organisation_number", "barred"],
        ["server_name", "barred"],
      ],
      file: [],
    });
  });

  test("is neither asked nor consented to, though they were registered before", async () => {
    const scene = await twoAgencies();
    const asked = value(await requestTrust(scene.administrator, scene.wish));
    const endorsed = value(await decideTrust(scene.homeApprover, move(asked, scene.home.id, "endorse")));
    const standing = await agreed();
    await barName(`chat.partner${pairs - 1}.example`);
    await barName(`chat.partner${pairs}.example`);
    const accepted = await decideTrust(scene.partnerApprover, move(endorsed, scene.partner.id, "accept"));
    expect(codeOf(accepted)).toBe("barred");
    // What opens nothing is always possible.
    const end = { ...move(standing.agreement, standing.home.id, "revoke" as const), reason: "spärrad" };
    expect(codeOf(await decideTrust(standing.homeApprover, end))).toBe("done");
    expect(codeOf(await requestTrust(standing.administrator, standing.wish))).toBe("barred");
  });

  test("is told of by name only to who names them", async () => {
    const rows = await db("web").$queryRaw<unknown[]>`select * from barred`;
    expect(rows).toEqual([]);
  });
});
