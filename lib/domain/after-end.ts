import type { Move, Stage } from "./trust.ts";

/** Fixed words, `afterEnd.<code>`: what remains of a door that was open, and what comes when it opens again. */
export const AFTER_WORDS = ["stays", "rooms", "resumes"] as const;
export type AfterWord = (typeof AFTER_WORDS)[number];

export type Ended = {
  readonly stage: Stage;
  /** When both sides had agreed; null where nothing was ever open. */
  readonly agreedAt: number | null;
  readonly phase: "before" | "within" | "after";
  readonly isSuspended: boolean;
  /** Held until both sides consent again. */
  readonly isHeld: boolean;
};

/**
 * What must be said of an agreement whose door is shut again. Where it can open again, that includes that what was
 * written meanwhile arrives then (seen on real servers). Nothing is said where nothing was ever shared.
 */
export const wordsAfter = ({ stage, agreedAt, phase, isSuspended, isHeld }: Ended): readonly AfterWord[] => {
  if (agreedAt === null || phase === "before") return [];
  if (stage === "closed" || phase === "after") return ["stays", "rooms"];
  return isSuspended || isHeld ? ["stays", "resumes"] : [];
};

const BEFORE: Readonly<Partial<Record<Move, readonly AfterWord[]>>> = {
  resume: ["resumes"],
  reconsent: ["resumes"],
  suspend: ["stays"],
};

/** What must be said before a move that shuts a door for a while, or opens it again. */
export const wordsBefore = (move: Move): readonly AfterWord[] => BEFORE[move] ?? [];
