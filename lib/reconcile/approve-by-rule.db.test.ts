import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DecideRule, ProposeRule } from "#lib/contracts/approval-rules.ts";
import type { ContentInput } from "#lib/contracts/terms.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { db } from "#lib/data/client.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { appendDecision } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, idOf, parsePublicId } from "#lib/domain/ids.ts";
import { DAY, instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clause } from "#lib/domain/rules.ts";
import { decideApprovalRule, listApprovalRules, proposeRule } from "#lib/operations/approval-rules.ts";
import { decideTrust } from "#lib/operations/decide-trust.ts";
import { readMinimumRules, setMinimumRules } from "#lib/operations/minimum-rules.ts";
import { readAgreement, readTimeline } from "#lib/operations/read-agreements.ts";
import { listAuditRows } from "#lib/operations/read-audit.ts";
import { requestTrust } from "#lib/operations/request-trust.ts";
import { readDryRun, tryRule } from "#lib/operations/rule-dry-run.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { asToken, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { approveByRule, startRules } from "./approve-by-rule.ts";

let database: Awaited<ReturnType<typeof openLine>>;
let coordinator: Actor;
beforeAll(async () => {
  database = await openLine();
  coordinator = await seedPerson("Karin", { role: "coordinator" });
});
afterAll(() => database.close());

type Answer<T> = { ok: true; value: T } | { ok: false; error: { code: string } };
const value = <T>(result: Answer<T>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const codeOf = (result: Answer<unknown>): string => (result.ok ? "done" : result.error.code);
const bare = <P extends "agr" | "rul">(prefix: P, id: string) => {
  const read = parsePublicId(prefix, id);
  if (!read.ok) throw new Error(id);
  return read.value;
};

let made = 0;
/** An agency with two approvers and an administrator, and a neighbour with one of each. */
const scene = async (approversRequired = 1) => {
  made += 1;
  const own = await seedAgency(`Regelverket ${made}`, `chat.regel${made}.example`, approversRequired);
  const other = await seedAgency(`Grannverket ${made}`, `chat.granne${made}.example`);
  return {
    own,
    other,
    bo: await seedPerson("Bo Lind", { role: "approver", agency: own.id }),
    cecilia: await seedPerson("Cecilia", { role: "approver", agency: own.id }),
    astrid: await seedPerson("Astrid", { role: "administrator", agency: own.id }),
    asker: await seedPerson("Ada", { role: "administrator", agency: other.id }),
    endorser: await seedPerson("David", { role: "approver", agency: other.id }),
  };
};
type Scene = Awaited<ReturnType<typeof scene>>;

const LOW: readonly Clause[] = [
  { kind: "member_class", of: ["state_agency"] },
  { kind: "country", within: "eu" },
  { kind: "ceiling", most: 1 },
  { kind: "ends_within", days: 365 },
];
const wishFor = ({ own, bo }: Scene, more: Partial<ProposeRule> = {}) => ({
  id: own.id,
  direction: "incoming" as const,
  clauses: LOW,
  owner: bo.person,
  endsAt: Date.now() + 90 * DAY,
  ...more,
});
const decide = (actor: Actor, id: string, wish: DecideRule) =>
  decideApprovalRule(actor, { id: bare("rul", id), ...wish });
/** A rule that Bo proposed and Cecilia approved. */
const ruleOf = async (at: Scene, more: Partial<ProposeRule> = {}) => {
  const [rule] = value(await proposeRule(at.bo, wishFor(at, more))).items;
  if (rule === undefined) throw new Error("no rule");
  const { digest } = value(await readDryRun(at.cecilia, { id: bare("rul", rule.id) }));
  value(await decide(at.cecilia, rule.id, { move: "approve", digest }));
  return rule.id;
};
const ask = async ({ own, other, asker }: Scene, content: ContentInput = { ceiling: "1" }) =>
  value(
    await requestTrust(asker, {
      as: other.id,
      partner: own.id,
      purpose: "Samverkan",
      end: Date.now() + 30 * DAY,
      content,
    }),
  );
const move = (actor: Actor, agreement: AgreementView, as: AgencyId, kind: "endorse" | "accept" | "decline") =>
  decideTrust(actor, {
    id: bare("agr", agreement.id),
    version: agreement.version,
    as,
    move: kind,
    digest: agreement.digest ?? "",
    ...(kind === "decline" ? { reason: "nej" } : {}),
  });
const offered = async (at: Scene, content?: ContentInput) =>
  value(await move(at.endorser, await ask(at, content), at.other.id, "endorse"));
const look = () => approveByRule(systemClock);
const stageOf = async (actor: Actor, { id }: AgreementView) =>
  value(await readAgreement(actor, { id: bare("agr", id) })).stage;

describe("a rule", () => {
  test("accepts what fits it, wakes both servers, and stands as such in the record and the log", async () => {
    const at = await scene();
    const rule = await ruleOf(at, { diarienummer: "RV 2026:7" });
    const agreement = await offered(at);
    expect((await look()).toSorted()).toEqual([at.own.server, at.other.server].toSorted());
    expect(await stageOf(at.bo, agreement)).toBe("agreed");
    const { items } = value(await readTimeline(at.asker, { id: bare("agr", agreement.id) }));
    expect(items.at(-1)).toMatchObject({
      kind: "accept",
      person: null,
      diarienummer: "RV 2026:7",
      rule: { number: 1, owner: { name: "Bo Lind" } },
    });
    const rows = value(await listAuditRows(at.bo, { limit: 50, kind: "trust.accept" }));
    expect(rows.items[0]).toMatchObject({ actor: null, rule: { number: 1, owner: { name: "Bo Lind" } } });
    const list = value(await listApprovalRules(at.astrid, { id: at.own.id }));
    expect(list.items[0]).toMatchObject({ id: rule, state: "in_force", consented: 1 });
    expect(await look()).toEqual([]);
  });

  test("leaves alone what does not fit it, and what was asked before it was a rule", async () => {
    const at = await scene();
    const early = await offered(at);
    await ruleOf(at);
    expect(await look()).toEqual([]);
    expect(await stageOf(at.bo, early)).toBe("offered");
    value(await move(at.bo, early, at.own.id, "decline"));
    const high = await offered(at, { ceiling: "2" });
    expect(await look()).toEqual([]);
    expect(await stageOf(at.bo, high)).toBe("offered");
  });

  test("is enough where the agency asks for two approvers, since two made it", async () => {
    const at = await scene(2);
    await ruleOf(at);
    const agreement = await offered(at);
    await look();
    expect(await stageOf(at.bo, agreement)).toBe("agreed");
  });

  test("endorses what the agency's own people ask only where it was made for that", async () => {
    const at = await scene();
    await ruleOf(at);
    const wish = { as: at.own.id, partner: at.other.id, purpose: "Samverkan", end: Date.now() + 30 * DAY };
    const asked = value(await requestTrust(at.astrid, { ...wish, content: { ceiling: "1" } }));
    await look();
    expect(await stageOf(at.bo, asked)).toBe("requested");
    value(await move(at.bo, asked, at.own.id, "decline"));
    await ruleOf(at, { direction: "outgoing" });
    const again = value(await requestTrust(at.astrid, { ...wish, content: { ceiling: "1" } }));
    await look();
    expect(await stageOf(at.bo, again)).toBe("offered");
  });

  test("is stopped at once by one person, and consents to nothing more", async () => {
    const at = await scene();
    const rule = await ruleOf(at);
    const agreement = await offered(at);
    const stopped = value(await decide(at.astrid, rule, { move: "stop", reason: "Fel tak" }));
    expect(stopped.items[0]).toMatchObject({ state: "stopped", stopReason: "Fel tak", allowed: [] });
    expect(await look()).toEqual([]);
    expect(await stageOf(at.bo, agreement)).toBe("offered");
    expect(codeOf(await decide(at.bo, rule, { move: "stop", reason: "igen" }))).toBe("rule_over");
  });

  test("stands still when its owner no longer approves for the agency", async () => {
    const at = await scene();
    await ruleOf(at);
    await db("owner").membership.updateMany({ where: { personId: at.bo.person }, data: { state: "ended" } });
    await offered(at);
    expect(await look()).toEqual([]);
    const list = value(await listApprovalRules(at.cecilia, { id: at.own.id }));
    expect(list.items[0]).toMatchObject({ ownerApproves: false });
  });

  test("undercuts no minimum rule and opens to nobody who is barred", async () => {
    const at = await scene();
    await ruleOf(at);
    const agreement = await offered(at);
    const { number } = value(await readMinimumRules(coordinator, {}));
    value(await setMinimumRules(coordinator, { number, clauses: [{ kind: "secrecy" }] }));
    expect(await look()).toEqual([]);
    value(await setMinimumRules(coordinator, { number: number + 1, clauses: [] }));
    const row = await db("owner").agency.findUniqueOrThrow({ where: { id: at.other.id } });
    await db("owner").barred.create({
      data: {
        id: idOf("bar", at.other.id),
        kind: "identifier",
        value: `${row.scheme}:${row.identifier}`,
        reason: "Spärrad",
        personId: coordinator.person,
        at: 1n,
      },
    });
    expect(await look()).toEqual([]);
    expect(await stageOf(at.bo, agreement)).toBe("offered");
  });

  test("is applied when an agreement changes, without waiting for a sweep", async () => {
    const at = await scene();
    await ruleOf(at);
    const woken = Promise.withResolvers<string>();
    const rules = startRules(systemClock, woken.resolve);
    await rules.look();
    await offered(at);
    expect([at.own.server, at.other.server]).toContain(await woken.promise);
    await rules.stop();
  });
});

describe("making a rule", () => {
  test("is an approver's to propose, with an owner who approves and an end within a year", async () => {
    const at = await scene();
    const wish = wishFor(at);
    expect(codeOf(await proposeRule(at.astrid, wish))).toBe("not_permitted");
    expect(codeOf(await proposeRule(at.endorser, wish))).toBe("not_permitted");
    expect(codeOf(await proposeRule(asToken(at.bo), wish))).toBe("tokens_never_decide");
    expect(codeOf(await proposeRule(at.bo, { ...wish, owner: at.astrid.person }))).toBe("owner_not_approver");
    expect(codeOf(await proposeRule(at.bo, { ...wish, endsAt: Date.now() - 1 }))).toBe("date_passed");
    expect(codeOf(await proposeRule(at.bo, { ...wish, endsAt: Date.now() + 400 * DAY }))).toBe("rule_too_long");
    expect(codeOf(await proposeRule(at.bo, wish))).toBe("done");
    expect(codeOf(await listApprovalRules(at.endorser, { id: at.own.id }))).toBe("not_permitted");
  });

  test("shows what it would have consented to in the past year, demand by demand, before another approves it", async () => {
    const at = await scene();
    const low = await offered(at);
    value(await move(at.bo, low, at.own.id, "decline"));
    const high = await offered(at, { ceiling: "3" });
    const tried = value(await tryRule(at.bo, { id: at.own.id, direction: "incoming", clauses: LOW }));
    expect([tried.looked, tried.fitting]).toEqual([2, 1]);
    const item = tried.items.find(({ agreement }) => agreement === high.id);
    expect(item).toMatchObject({ fits: false, stage: "offered" });
    expect(item?.verdicts.map(({ clause, holds, why, found }) => [clause.kind, holds, why, found])).toEqual([
      ["member_class", true, "within", ["state_agency"]],
      ["country", true, "within", ["SE"]],
      ["ceiling", false, "outside", ["3"]],
      ["ends_within", true, "within", ["30"]],
    ]);
    const [rule] = value(await proposeRule(at.bo, wishFor(at))).items;
    const shown = value(await readDryRun(at.cecilia, { id: bare("rul", rule?.id ?? "") }));
    expect([shown.looked, shown.fitting]).toEqual([2, 1]);
    const { digest } = shown;
    expect(codeOf(await decide(at.bo, rule?.id ?? "", { move: "approve", digest }))).toBe("own_rule");
    expect(codeOf(await decide(at.astrid, rule?.id ?? "", { move: "approve", digest }))).toBe("not_permitted");
    // Somebody asked meanwhile: what was shown is no longer the whole.
    value(await move(at.bo, high, at.own.id, "decline"));
    await offered(at);
    expect(codeOf(await decide(at.cecilia, rule?.id ?? "", { move: "approve", digest }))).toBe("dry_run_changed");
    const fresh = value(await readDryRun(at.cecilia, { id: bare("rul", rule?.id ?? "") }));
    expect(codeOf(await decide(at.cecilia, rule?.id ?? "", { move: "approve", digest: fresh.digest }))).toBe("done");
  });

  test("the portal writes no consent by a rule that is not in force: the database refuses it", async () => {
    const at = await scene();
    const agreement = await offered(at);
    const [rule] = value(await proposeRule(at.bo, wishFor(at))).items;
    const forged = asWorker(async (tx) => {
      await appendDecision(tx, bare("agr", agreement.id), {
        kind: "accept",
        side: "partner",
        agency: at.own.id,
        version: 1,
        digest: agreement.digest ?? "",
        at: instant(Date.now()),
        rule: { id: bare("rul", rule?.id ?? ""), number: 1, owner: at.bo.person },
      });
      return ok(undefined);
    });
    await expect(forged).rejects.toThrow(/row-level security/);
  });
});
