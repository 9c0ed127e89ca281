import { type Instant, MINUTE } from "./instant.ts";

/** A program that asks at least every 50 s and is not heard of for this long is away (ms). */
export const AGENT_SILENT_AFTER = 3 * MINUTE;

type Heard = {
  readonly enrolledAt: Instant;
  readonly pulledAt?: Instant | undefined;
  readonly receiptAt?: Instant | undefined;
};

/** When an agent was last heard of: it asked, gave a receipt, or enrolled. */
export const lastHeard = ({ enrolledAt, pulledAt, receiptAt }: Heard): number =>
  Math.max(enrolledAt, pulledAt ?? 0, receiptAt ?? 0);

/** Whether an agent is away: not heard of for longer than it may be. */
export const silentSince = (agent: Heard, now: number): boolean => now - lastHeard(agent) > AGENT_SILENT_AFTER;
