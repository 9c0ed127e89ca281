/** What is tried on a real server, in this order. */
export const CONFORMANCE_CHECKS = [
  "read_back",
  "closed",
  "empty_list",
  "listed",
  "suffix",
  "stale",
  "restart",
] as const;
export type ConformanceCheck = (typeof CONFORMANCE_CHECKS)[number];

/** `not_tried` is no success: the server, its platform or the command did not allow it. */
export const CONFORMANCE_OUTCOMES = ["pass", "fail", "not_tried"] as const;
export type ConformanceOutcome = (typeof CONFORMANCE_OUTCOMES)[number];

/** One check and what it showed, in words for whoever runs the server. */
export type ConformanceFinding = {
  readonly check: ConformanceCheck;
  readonly outcome: ConformanceOutcome;
  readonly detail: string;
};
