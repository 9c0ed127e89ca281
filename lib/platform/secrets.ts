import { randomBytes } from "node:crypto";
import { digestOfBytes } from "./digest.ts";
import { newSecret } from "./ids.ts";

/** What a personal API token begins with, so that a leaked one is found by scanners. */
export const TOKEN_MARK = "tlt_";
const SHOWN = 4;

/**
 * How sessions, tokens, links and invitations are stored. The secrets have 256 bits, so a plain SHA-256 cannot be
 * searched; who reads the table cannot use what is in it.
 */
export const hashSecret = (secret: string): string => digestOfBytes(secret);

/** A new API token: the secret to show once, and the first characters, which tell tokens apart. */
export const newApiToken = (): { readonly token: string; readonly prefix: string } => {
  const token = TOKEN_MARK + newSecret();
  return { token, prefix: token.slice(0, TOKEN_MARK.length + SHOWN) };
};

/** A webhook's secret as Standard Webhooks writes it: `whsec_` and the base64 of 32 random bytes. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;
