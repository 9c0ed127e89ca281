import { DAY, MINUTE } from "./instant.ts";

/*
 * The published table of how a list grows old. While its server is in reach it is renewed every five minutes and so has
 * nearly its whole life left when the portal, or the way to it, is lost; what happens at its end the agency has chosen
 * beforehand, and it stands in the signed list.
 */

/** How often a list is renewed while its server is in reach. */
export const RENEW_EVERY = 5 * MINUTE;
/** How long without word until people are warned: two thirds of the time are left to act. */
export const WARN_AFTER = DAY;
/** How long a list or a renewal lives. */
export const LIST_LIFE = 3 * DAY;
