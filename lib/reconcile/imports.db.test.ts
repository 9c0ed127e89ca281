import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { db } from "#lib/data/client.ts";
import { asWorker, inTransaction } from "#lib/data/transaction.ts";
import { getAgreement, stateOf } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, type ImportId, idOf } from "#lib/domain/ids.ts";
import { HOUR, later } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { addBarred } from "#lib/operations/barred.ts";
import { decideAboutImport } from "#lib/operations/decide-import.ts";
import { importAgreements, previewAgreementFile } from "#lib/operations/import-agreements.ts";
import { readImport, readImportRows } from "#lib/operations/read-imports.ts";
import { inboxItems } from "#lib/operations/read-inbox.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { settleImports } from "./imports.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Frida", { role: "coordinator" });
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

type Member = { readonly id: AgencyId; readonly server: string; readonly people: readonly Actor[] };
let made = 0;
const join = async (approversRequired = 1): Promise<Member> => {
  made += 1;
  const server = `chat.p${made}.example`;
  const { id } = await seedAgency(`Verket ${made}`, server, approversRequired);
  const approver = { role: "approver", agency: id } as const;
  return { id, server, people: [await seedPerson(`A${made}`, approver), await seedPerson(`B${made}`, approver)] };
};
const HEAD = "agency_a,agency_b,purpose,start,end,diarienummer_a,diarienummer_b";
const file = (...lines: readonly string[]) => [HEAD, ...lines].join("\r\n");
const line = (a: Member, b: Member) => `${a.server},${b.server},Samverkan,2026-01-01,,2024/17,Dnr 4711`;
const bring = async (...pairs: readonly (readonly [Member, Member])[]): Promise<ImportId> => {
  const csv = file(...pairs.map(([a, b]) => line(a, b)));
  const { digest } = value(await previewAgreementFile(coordinator, { csv }));
  const { id } = value(await importAgreements(coordinator, { csv, digest, leaveOut: false }));
  return idOf("imp", id.slice("imp_".length));
};
const digestFor = async (id: ImportId, { id: as }: Member): Promise<string> =>
  value(await readImport(coordinator, { id })).parties.find(({ agency }) => agency.id === `agy_${as}`)?.digest ?? "";
const answer = async (
  id: ImportId,
  member: Member,
  { place = 0, move = "confirm" as "confirm" | "decline", leftOut = [] as number[], digest = "" } = {},
) =>
  decideAboutImport(member.people[place] ?? coordinator, {
    id,
    as: member.id,
    move,
    digest: digest === "" ? await digestFor(id, member) : digest,
    leftOut,
    ...(move === "decline" ? { reason: "Stämmer inte." } : {}),
  });
const states = async (id: ImportId, clock = systemClock) => {
  await settleImports(clock);
  return value(await readImportRows(coordinator, { id, limit: 200 })).items.map(({ state }) => state);
};

describe("agreements that stand on paper", () => {
  test("open only when both sides have confirmed their rows of the batch, by one act each", async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    const id = await bring([a, b], [b, c], [a, c]);
    expect(await states(id)).toEqual(["waiting", "waiting", "waiting"]);
    value(await answer(id, a));
    expect(await states(id)).toEqual(["waiting", "waiting", "waiting"]);
    value(await answer(id, b));
    expect(await states(id)).toEqual(["made", "waiting", "waiting"]);
    value(await answer(id, c));
    expect(await states(id)).toEqual(["made", "made", "made"]);
    expect(await db("owner").audit.count({ where: { kind: "import.confirm" } })).toBe(3);
  });

  test("become agreements that name the people of both sides, the digest that they confirmed and both numbers", async () => {
    const [a, b] = [await join(), await join()];
    const id = await bring([a, b]);
    value(await answer(id, b));
    value(await answer(id, a));
    expect(await states(id)).toEqual(["made"]);
    const [row] = value(await readImportRows(coordinator, { id, limit: 10 })).items;
    const agreement = await db("owner").agreement.findUniqueOrThrow({
      where: { id: row?.agreement?.slice("agr_".length) ?? "" },
      include: { decisions: true, versions: true, servers: true },
    });
    const folded = await asWorker(async (tx) => ok(await getAgreement(tx, idOf("agr", agreement.id))), {
      clock: systemClock,
    });
    const record = value(folded);
    expect(record && stateOf(record)).toMatchObject({ stage: "agreed" });
    expect(agreement.stage).toBe("agreed");
    expect(agreement.versions.map(({ digest }) => digest)).toEqual([row?.digest]);
    expect(agreement.servers).toHaveLength(2);
    const told = agreement.decisions.map(({ kind, personId, digest, diarienummer }) => [
      kind,
      personId,
      digest,
      diarienummer,
    ]);
    expect(new Set(told)).toEqual(
      new Set([
        ["request", null, row?.digest, null],
        ["endorse", a.people[0]?.person, row?.digest, "2024/17"],
        ["accept", b.people[0]?.person, row?.digest, "Dnr 4711"],
      ]),
    );
  });

  test("a row that either side leaves out opens nothing, and the others do", async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    const id = await bring([a, b], [a, c]);
    expect(codeOf(await answer(id, c, { leftOut: [2] }))).toBe("not_found");
    value(await answer(id, c));
    value(await answer(id, a));
    value(await answer(id, b, { leftOut: [2] }));
    expect(await states(id)).toEqual(["left_out", "made"]);
  });

  test("are not confirmed by another digest, by whoever brought them in, by a token, or by one person for both sides", async () => {
    const [a, b] = [await join(), await join()];
    const id = await bring([a, b]);
    const both = await seedPerson(
      "Dubbel",
      { role: "approver", agency: a.id },
      { role: "approver", agency: b.id },
      { role: "coordinator" },
    );
    const wish = (as: Member, digest: string) => ({
      id,
      as: as.id,
      move: "confirm" as const,
      digest,
      leftOut: [],
    });
    const [first, second] = [await digestFor(id, a), await digestFor(id, b)];
    expect(codeOf(await decideAboutImport(both, wish(a, second)))).toBe("terms_changed");
    expect(codeOf(await decideAboutImport(asToken(both), wish(a, first)))).toBe("tokens_never_decide");
    expect(codeOf(await decideAboutImport(coordinator, wish(a, first)))).toBe("not_permitted");
    value(await decideAboutImport(both, wish(a, first)));
    expect(codeOf(await decideAboutImport(both, wish(b, second)))).toBe("already_consented");
    const csv = file(line(a, b));
    const own = value(await previewAgreementFile(both, { csv }));
    const brought = value(await importAgreements(both, { csv, digest: own.digest, leaveOut: false }));
    const next = idOf("imp", brought.id.slice("imp_".length));
    const refused = { ...wish(a, await digestFor(next, a)), id: next };
    expect(codeOf(await decideAboutImport(both, refused))).toBe("own_request");
  });

  test("wait for two where an agency asks two of itself", async () => {
    const [a, b] = [await join(2), await join()];
    const id = await bring([a, b]);
    value(await answer(id, b));
    value(await answer(id, a));
    expect(await states(id)).toEqual(["waiting"]);
    expect(codeOf(await answer(id, a))).toBe("already_consented");
    value(await answer(id, a, { place: 1 }));
    expect(await states(id)).toEqual(["made"]);
  });

  test("that an agency declines, or the coordinator withdraws, open nothing", async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    const id = await bring([a, b], [b, c]);
    value(await answer(id, a, { move: "decline" }));
    value(await answer(id, b));
    const digest = await digestFor(id, a);
    const withdraw = { id, move: "withdraw" as const, digest, leftOut: [] };
    expect(codeOf(await decideAboutImport(coordinator, withdraw))).toBe("reason_required");
    value(await decideAboutImport(coordinator, { ...withdraw, reason: "Fel fil." }));
    expect(codeOf(await answer(id, c))).toBe("move_not_allowed");
    expect(await states(id)).toEqual(["declined", "withdrawn"]);
  });

  test("open nothing with who was barred after confirming, and say why", async () => {
    const [a, b] = [await join(), await join()];
    const id = await bring([a, b]);
    value(await answer(id, a));
    value(await answer(id, b));
    const serverName = parseServerName(b.server);
    if (!serverName.ok) throw new Error("no name");
    value(await addBarred(coordinator, { kind: "server_name", serverName: serverName.value, reason: "Stulen domän." }));
    expect(await states(id)).toEqual(["not_made"]);
    expect(value(await readImportRows(coordinator, { id, limit: 9 })).items[0]?.code).toBe("barred");
  });

  test("wait for an agency that is not active yet, and open nothing of a row that is not as it was confirmed", async () => {
    const [a, b, c] = [await join(), await join(), await join()];
    const owner = db("owner");
    await owner.agency.update({ where: { id: b.id }, data: { state: "invited" } });
    const id = await bring([a, b], [a, c]);
    for (const member of [a, b, c]) value(await answer(id, member));
    expect(await states(id)).toEqual(["confirmed", "made"]);
    await owner.agency.update({ where: { id: b.id }, data: { state: "active" } });
    const clock = { now: () => later(systemClock.now(), HOUR) };
    expect(await states(id, clock)).toEqual(["made", "made"]);
    const other = await bring([b, c]);
    for (const member of [b, c]) value(await answer(other, member));
    await owner.$executeRaw`update import_row set terms = replace(terms, 'Samverkan', 'Spaning') where batch_id = ${other}::uuid`;
    expect(await states(other)).toEqual(["not_made"]);
  });

  test("stand in the inbox of those whose word is awaited, and are seen by nobody else's agency", async () => {
    const [a, b, c, d] = [await join(), await join(), await join(), await join()];
    const id = await bring([a, b], [c, d]);
    const waiting = async ({ people: [person = coordinator] }: Member) =>
      value(await inTransaction(person, async (tx) => ok(await inboxItems(tx, person))))
        .filter(({ kind }) => kind === "import")
        .map((item) => item.id);
    expect(await waiting(a)).toEqual([`imp_${id}`]);
    value(await answer(id, a));
    expect(await waiting(a)).toEqual([]);
    const [one = coordinator] = a.people;
    expect(value(await readImportRows(one, { id, limit: 10 })).items).toHaveLength(1);
    expect(value(await readImport(one, { id })).parties).toHaveLength(2);
    const stranger = (await join()).people[0] ?? coordinator;
    expect(codeOf(await readImport(stranger, { id }))).toBe("not_found");
  });
});
