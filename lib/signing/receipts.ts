import { ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import { broken, type LawRefusal, type Read, type ReceiptDocument, readReceipt } from "./documents.ts";

/** What the portal holds against a receipt (law 12). */
export type ReceiptExpectation = {
  readonly federation: string;
  readonly audience: ServerName;
  /** Who signs: the homeserver's own Matrix name. */
  readonly signedBy: string;
  /** Pinned keys, id to key. */
  readonly keys: Readonly<Record<string, string>>;
  /** The highest sequence stored for this enforcement point; 0 for none. */
  readonly above: number;
  /** What was asked: the nonce of the query or the digest of the document sent. */
  readonly answers: string;
};

/**
 * Verifies a receipt from its canonical bytes: its form, for whom it is, by which pinned key, that it answers what was
 * asked and that its sequence rises. The caller stores the new sequence.
 */
export const verifyReceipt = (
  text: string,
  expected: ReceiptExpectation,
): Result<Read<ReceiptDocument>, LawRefusal> => {
  const read = readReceipt(text);
  if (!read.ok) return read;
  const { fields, json } = read.value;
  if (fields.federation !== expected.federation) return broken("TILLIT_FEDERATION", fields.federation);
  if (fields.audience !== expected.audience) return broken("TILLIT_AUDIENCE", fields.audience);
  const signed = Object.entries(expected.keys).some(
    ([id, key]) => verifySignedJson(json, expected.signedBy, id, key).ok,
  );
  if (!signed) return broken("TILLIT_SIGNATURE", "by no pinned key of the server");
  if (fields.sequence <= expected.above)
    return broken("receipt_replayed", `${fields.sequence} is not above ${expected.above}`);
  if (fields.answers !== expected.answers) return broken("receipt_not_asked");
  return ok(read.value);
};
