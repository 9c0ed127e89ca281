import { err, ok, type Result } from "./result.ts";

/** The federation's scale, after KLASSA's confidentiality: 0 none, 1 moderate, 2 considerable, 3 serious. */
export const LEVELS = [0, 1, 2, 3] as const;
export type Level = (typeof LEVELS)[number];

/** What a person may name, also what must be refused: KLASSA's 4 (extremely serious), and security-protected information. */
export const NAMED_LEVELS = ["0", "1", "2", "3", "4", "protected"] as const;
export type NamedLevel = (typeof NAMED_LEVELS)[number];

/**
 * The ceiling that an agreement may have. The top of the scale and security-protected information (säkerhetsskyddslagen
 * 2018:585) have no place in a federated chat: they are refused, and the sentence of the refusal says where to turn.
 */
export const ceilingOf = (
  named: NamedLevel,
): Result<Level, "classification_too_high" | "security_protected_refused"> => {
  if (named === "protected") return err("security_protected_refused");
  const level = LEVELS.find((each) => String(each) === named);
  return level === undefined ? err("classification_too_high") : ok(level);
};

/** The highest level that may be spoken of where several ceilings hold at once: the lowest of them. */
export const effectiveLevel = (ceilings: readonly Level[]): Level | undefined => ceilings.toSorted((a, b) => a - b)[0];
