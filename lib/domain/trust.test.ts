import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgencyId, idOf, type PersonId } from "./ids.ts";
import { type Instant, instant } from "./instant.ts";
import {
  type AgreementFacts,
  type AgreementState,
  type Attempt,
  allowedMoves,
  type Decision,
  decide,
  foldDecisions,
  isOpen,
  MOVES,
  type Move,
  UNDO_WINDOW,
} from "./trust.ts";

const uuid = (last: number): string => `01970000-0000-7000-8000-${String(last).padStart(12, "0")}`;
const home = idOf("agy", uuid(1));
const partner = idOf("agy", uuid(2));
const shared = idOf("agy", uuid(3));
const person = (last: number): PersonId => idOf("per", uuid(100 + last));
const facts: AgreementFacts = {
  parties: [
    { agency: home, side: "home", approversRequired: 1 },
    { agency: partner, side: "partner", approversRequired: 1 },
  ],
  version: 1,
  digest: "sha256:terms",
};
const now = instant(1_000_000);

const start = (agreement: AgreementFacts, by: PersonId): Decision[] => [
  {
    id: idOf("dec", uuid(999)),
    kind: "request",
    side: "home",
    agency: home,
    person: by,
    version: agreement.version,
    digest: agreement.digest,
    at: now,
  },
];

/** Plays one attempt against the record, as the operation does: decide, and append if it was allowed. */
const play = (
  agreement: AgreementFacts,
  record: Decision[],
  move: Move,
  agency: AgencyId,
  by: PersonId,
  more: Partial<Attempt> = {},
) => {
  const attempt: Attempt = { agency, person: by, move, digest: agreement.digest, reason: "because", at: now, ...more };
  const verdict = decide(agreement, foldDecisions(agreement, record), attempt);
  if (verdict.ok) {
    const { at, digest } = attempt;
    record.push({
      id: idOf("dec", uuid(record.length)),
      kind: move,
      side: verdict.value.side,
      agency,
      person: by,
      version: 1,
      digest,
      at,
    });
  }
  return verdict.ok ? "done" : verdict.error;
};

const agreed = (agreement = facts): Decision[] => {
  const record = start(agreement, person(1));
  play(agreement, record, "endorse", home, person(2));
  play(agreement, record, "accept", partner, person(3));
  return record;
};

describe("an agreement", () => {
  it("opens after one endorsement and one acceptance by two others than the requester, and shuts on one revocation", () => {
    const record = start(facts, person(1));
    expect(play(facts, record, "endorse", home, person(1))).toBe("own_request");
    expect(play(facts, record, "accept", partner, person(3))).toBe("move_not_allowed");
    expect(play(facts, record, "endorse", home, person(2))).toBe("done");
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(false);
    expect(play(facts, record, "accept", partner, person(2))).toBe("already_consented");
    expect(play(facts, record, "accept", partner, person(3))).toBe("done");
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(true);
    expect(play(facts, record, "revoke", home, person(2), { reason: " " })).toBe("reason_required");
    expect(play(facts, record, "revoke", home, person(2))).toBe("done");
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(false);
    for (const move of MOVES) expect(play(facts, record, move, home, person(2))).not.toBe("done");
  });

  it("asks every agency on a shared server, and two approvers where the agency demands it", () => {
    const wide: AgreementFacts = {
      ...facts,
      parties: [...facts.parties, { agency: shared, side: "partner", approversRequired: 2 }],
    };
    const record = start(wide, person(1));
    play(wide, record, "endorse", home, person(2));
    expect(play(wide, record, "accept", partner, person(3))).toBe("done");
    expect(play(wide, record, "accept", shared, person(4))).toBe("done");
    expect(play(wide, record, "accept", shared, person(4))).toBe("already_consented");
    expect(foldDecisions(wide, record).stage).toBe("offered");
    expect(play(wide, record, "accept", shared, person(5))).toBe("done");
    expect(foldDecisions(wide, record).stage).toBe("agreed");
  });

  it("binds each consent to the digest of the terms as shown", () => {
    const record = start(facts, person(1));
    expect(play(facts, record, "endorse", home, person(2), { digest: "sha256:other" })).toBe("terms_changed");
  });

  it("stays shut until both sides that suspended it have resumed, and a side lifts only its own", () => {
    const record = agreed();
    play(facts, record, "suspend", home, person(2));
    play(facts, record, "suspend", partner, person(3));
    expect(play(facts, record, "suspend", partner, person(3))).toBe("move_not_allowed");
    play(facts, record, "resume", home, person(2));
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(false);
    expect(play(facts, record, "resume", home, person(2))).toBe("move_not_allowed");
    play(facts, record, "resume", partner, person(3));
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(true);
  });

  it("is held by a changed identity until both sides consent again", () => {
    const record = agreed();
    record.push({
      id: idOf("dec", uuid(50)),
      kind: "hold",
      side: "partner",
      agency: partner,
      version: 1,
      digest: facts.digest,
      at: now,
    });
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(false);
    expect(play(facts, record, "reconsent", home, person(2))).toBe("done");
    expect(play(facts, record, "reconsent", home, person(2))).toBe("move_not_allowed");
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(false);
    expect(play(facts, record, "reconsent", partner, person(3))).toBe("done");
    expect(isOpen(facts, foldDecisions(facts, record), now)).toBe(true);
  });

  it("is held by a server's new name: what was agreed stands, shut until each party has consented to the new terms", () => {
    const record = agreed();
    const renamed: AgreementFacts = { ...facts, version: 2, digest: "sha256:renamed" };
    expect(foldDecisions(renamed, record).stage).toBe("requested");
    const { digest, version } = renamed;
    record.push({
      id: idOf("dec", uuid(51)),
      kind: "hold",
      side: "partner",
      agency: partner,
      version,
      digest,
      at: now,
    });
    const state = foldDecisions(renamed, record);
    expect([state.stage, state.awaitingReconsent.size, isOpen(renamed, state, now)]).toEqual(["agreed", 2, false]);
    expect(play(renamed, record, "reconsent", home, person(2), { digest: facts.digest })).toBe("terms_changed");
    expect(play(renamed, record, "reconsent", home, person(2))).toBe("done");
    expect(play(renamed, record, "reconsent", partner, person(2))).toBe("already_consented");
    expect(isOpen(renamed, foldDecisions(renamed, record), now)).toBe(false);
    expect(play(renamed, record, "reconsent", partner, person(3))).toBe("done");
    expect(isOpen(renamed, foldDecisions(renamed, record), now)).toBe(true);
  });

  it("never opens terms that nobody consented to and no hold brought", () => {
    const record = agreed();
    const other: AgreementFacts = { ...facts, version: 2, digest: "sha256:other" };
    play(other, record, "endorse", home, person(2));
    const { digest, version } = other;
    record.push({
      id: idOf("dec", uuid(52)),
      kind: "hold",
      side: "partner",
      agency: partner,
      version,
      digest,
      at: now,
    });
    expect(foldDecisions(other, record).stage).toBe("offered");
  });

  it("held, asks two approvers again of an agency that asks two", () => {
    const strict: AgreementFacts = {
      ...facts,
      parties: [
        { agency: home, side: "home", approversRequired: 1 },
        { agency: partner, side: "partner", approversRequired: 2 },
      ],
    };
    const record = agreed(strict);
    play(strict, record, "accept", partner, person(4));
    const { digest, version } = strict;
    record.push({
      id: idOf("dec", uuid(53)),
      kind: "hold",
      side: "partner",
      agency: partner,
      version,
      digest,
      at: now,
    });
    play(strict, record, "reconsent", home, person(2));
    expect(play(strict, record, "reconsent", partner, person(3))).toBe("done");
    expect(play(strict, record, "reconsent", partner, person(3))).toBe("already_consented");
    expect(isOpen(strict, foldDecisions(strict, record), now)).toBe(false);
    expect(play(strict, record, "reconsent", partner, person(4))).toBe("done");
    expect(isOpen(strict, foldDecisions(strict, record), now)).toBe(true);
  });

  it("can be undone for ten minutes and not a millisecond longer", () => {
    const undoAt = (at: Instant) => play(facts, agreed(), "undo", partner, person(3), { at });
    expect(undoAt(instant(now + UNDO_WINDOW))).toBe("done");
    expect(undoAt(instant(now + UNDO_WINDOW + 1))).toBe("undo_too_late");
  });

  it("is open from its start until just before its end", () => {
    const dated: AgreementFacts = { ...facts, start: instant(2_000_000), end: instant(3_000_000) };
    const state = foldDecisions(dated, agreed(dated));
    expect([1_999_999, 2_000_000, 2_999_999, 3_000_000].map((at) => isOpen(dated, state, instant(at)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("offers exactly the moves it would allow", () => {
    const record = agreed();
    const moves = allowedMoves(facts, foldDecisions(facts, record), { agency: partner, person: person(3), at: now });
    expect(moves).toEqual(["revoke", "suspend", "undo"]);
  });
});

/** A second, obvious account of when a door may be open, kept apart from the fold. */
class Oracle {
  asked: PersonId = person(1);
  home = false;
  partner = false;
  over = false;
  readonly suspended = new Set<string>();
  took(move: Move, agency: AgencyId): void {
    if (move === "endorse") this.home = true;
    if (move === "accept") this.partner = true;
    if (["decline", "withdraw", "revoke", "undo"].includes(move)) this.over = true;
    if (move === "suspend") this.suspended.add(agency);
    if (move === "resume") this.suspended.delete(agency);
  }
  open(): boolean {
    return this.home && this.partner && !this.over && this.suspended.size === 0;
  }
}

describe("any sequence of acts", () => {
  const act = fc.record({
    move: fc.constantFrom(...MOVES),
    agency: fc.constantFrom(home, partner, shared),
    who: fc.integer({ min: 1, max: 4 }),
  });

  it("opens a door only when both sides consented by different people and nobody stopped it (10,000 sequences)", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 14 }), (acts) => {
        const record = start(facts, person(1));
        const oracle = new Oracle();
        for (const { move, agency, who } of acts) {
          if (play(facts, record, move, agency, person(who)) === "done") oracle.took(move, agency);
          const state: AgreementState = foldDecisions(facts, record);
          expect(isOpen(facts, state, now)).toBe(oracle.open());
          const consenters = state.consents.map(({ person: by }) => by);
          expect(new Set(consenters).size).toBe(consenters.length);
          expect(consenters).not.toContain(oracle.asked);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
