import { DAY, type Instant, instant } from "./instant.ts";

/**
 * How long who an agency's people were is kept after it has left: partners ask of what was agreed, and its ends run on.
 * Then it is erased (Regulation (EU) 2016/679, art. 5.1 e).
 */
const KEPT_AFTER_LEAVING = 2 * 365 * DAY;
/** How long an application that was decided is kept. */
const KEPT_APPLICATION = 90 * DAY;

const before = (now: Instant, ms: number): Instant => instant(Math.max(0, now - ms));

/** Agencies that left at or before this are erased now. */
export const erasesLeftBefore = (now: Instant): Instant => before(now, KEPT_AFTER_LEAVING);

/** Applications decided at or before this are removed now. */
export const removesDecidedBefore = (now: Instant): Instant => before(now, KEPT_APPLICATION);
