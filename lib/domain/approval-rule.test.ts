import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ApprovalRule, decideRule, judgeBy, mayConsent, ruleState } from "./approval-rule.ts";
import { idOf } from "./ids.ts";
import { DAY, instant, later } from "./instant.ts";

const uuid = (last: number): string => `01970000-0000-7000-8000-${String(last).padStart(12, "0")}`;
const [bo, cecilia, david] = [idOf("per", uuid(1)), idOf("per", uuid(2)), idOf("per", uuid(3))];
const now = instant(1_800_000_000_000);
const proposed: ApprovalRule = {
  id: idOf("rul", uuid(9)),
  agency: idOf("agy", uuid(8)),
  number: 1,
  direction: "incoming",
  clauses: [{ kind: "ceiling", most: 1 }],
  owner: david,
  endsAt: later(now, 90 * DAY),
  proposedBy: bo,
  proposedAt: instant(now - 2 * DAY),
};
const approved: ApprovalRule = { ...proposed, approvedBy: cecilia, approvedAt: instant(now - DAY) };
const right = { askedAt: now, now, ownerApproves: true };

describe("an approval rule", () => {
  it("is another approver's to approve, once, before its end", () => {
    const approve = (rule: ApprovalRule, person = cecilia, at = now) =>
      decideRule(rule, { move: "approve", person, at });
    expect(approve(proposed)).toEqual({ ok: true, value: true });
    expect(approve(proposed, bo)).toEqual({ ok: false, error: "own_rule" });
    expect(approve(approved)).toEqual({ ok: false, error: "rule_not_open" });
    expect(approve(proposed, cecilia, proposed.endsAt)).toEqual({ ok: false, error: "rule_not_open" });
  });

  it("is stopped at once by one person, whoever proposed or approved it, and never starts again", () => {
    for (const person of [bo, cecilia, david])
      expect(decideRule(approved, { move: "stop", person, at: now })).toEqual({ ok: true, value: true });
    const stopped = { ...approved, stoppedBy: bo, stoppedAt: now };
    expect(ruleState(stopped, now)).toBe("stopped");
    expect(decideRule(stopped, { move: "approve", person: cecilia, at: now }).ok).toBe(false);
    expect(mayConsent(stopped, right)).toBe(false);
  });

  it("consents only while in force, to what was asked after it became so, while its owner approves", () => {
    expect(mayConsent(approved, right)).toBe(true);
    expect(mayConsent(proposed, right)).toBe(false);
    expect(mayConsent(approved, { ...right, ownerApproves: false })).toBe(false);
    expect(mayConsent(approved, { ...right, askedAt: instant(now - DAY - 1) })).toBe(false);
    expect(mayConsent(approved, { ...right, now: approved.endsAt })).toBe(false);
  });

  it("never consents without the four eyes that it itself needs", () => {
    const person = fc.constantFrom(bo, cecilia, david);
    fc.assert(
      fc.property(person, person, (proposer, approver) => {
        const rule = { ...proposed, proposedBy: proposer };
        const may = decideRule(rule, { move: "approve", person: approver, at: now }).ok;
        expect(may).toBe(proposer !== approver);
      }),
    );
  });

  it("without demands fits nothing", () => {
    expect(judgeBy({ clauses: [] }, { others: [], at: now })).toEqual({ fits: false, verdicts: [] });
  });
});
