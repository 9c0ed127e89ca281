import { randomBytes } from "node:crypto";
import { v7 } from "uuid";

/** A new UUIDv7 (RFC 9562): bare, lower case. Later ids sort after earlier ones made by the same process. */
export const newId = (): string => v7();

/** A new trace id: 32 hexadecimal digits, the form of W3C Trace Context. */
export const newTraceId = (): string => randomBytes(16).toString("hex");

/** A new secret of 256 bits, base64url: for tokens, links and nonces. */
export const newSecret = (): string => randomBytes(32).toString("base64url");
