import { z } from "zod";
import { parseCanonical } from "#lib/domain/canonical.ts";
import { type Instant, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import { broken, type LawRefusal } from "./documents.ts";

const REQUEST_BYTES = 16_384;
const REQUEST_LIFE = MINUTE;
const REQUEST_AHEAD = 5 * SECOND;
const LONGEST_WAIT = 50 * SECOND;

const position = z.string().regex(/^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})$/);
const common = {
  audience: z.string().min(1).max(255),
  issued_at: z.int().nonnegative(),
  nonce: z.string().regex(/^[\w-]{16,128}$/),
  signatures: z.record(z.string(), z.record(z.string(), z.string())),
};
const enrolment = z.strictObject({
  type: z.literal("tillit.enrolment.v1"),
  code: z.string().min(16).max(128),
  key_id: z.string().regex(/^ed25519:agent-[0-9a-f]{8}$/),
  key: z.string(),
  software: z.string().min(1).max(200),
  ...common,
});
const pull = z.strictObject({
  type: z.literal("tillit.pull.v1"),
  federation: z.string(),
  enforcement_point: z.string(),
  /** `epoch.serial` and `epoch.version` of what is held. */
  keyset: position,
  list: position,
  /** When the renewal that is held was issued; 0 for none. */
  renewal: z.int().nonnegative(),
  /** How long to wait for something newer, in ms. */
  wait: z.int().min(0).max(LONGEST_WAIT),
  ...common,
});

/** An agent's request to be known by its key, with the one-time code. */
export type EnrolmentRequest = z.output<typeof enrolment>;
/** An agent's question for what is newer than what it holds. */
export type PullRequest = z.output<typeof pull>;

const readForm = <T>(text: string, form: z.ZodType<T>): Result<T, LawRefusal> => {
  if (Buffer.byteLength(text) > REQUEST_BYTES) return broken("TILLIT_SIZE", `more than ${REQUEST_BYTES} bytes`);
  const parsed = parseCanonical(text);
  const read = form.safeParse(parsed.ok ? parsed.value : undefined);
  return read.success ? ok(read.data) : broken("TILLIT_MALFORMED", "request");
};

const checkTime = (issuedAt: number, now: Instant): Result<true, LawRefusal> => {
  if (issuedAt > now + REQUEST_AHEAD) return broken("TILLIT_TIME", `${issuedAt - now} ms ahead`);
  return now - issuedAt > REQUEST_LIFE ? broken("TILLIT_TIME", `${now - issuedAt} ms old`) : ok(true);
};

/**
 * Reads an enrolment from its canonical bytes and holds it to the key that it carries: whoever enrols has that key's
 * private half. Whether the code is good, and the nonce new, is the caller's to find out.
 */
export const verifyEnrolment = (text: string, now: Instant): Result<EnrolmentRequest, LawRefusal> => {
  const read = readForm(text, enrolment);
  if (!read.ok) return read;
  const { audience, key_id, key, issued_at } = read.value;
  if (!verifySignedJson(read.value, audience, key_id, key).ok) return broken("TILLIT_SIGNATURE");
  const timely = checkTime(issued_at, now);
  return timely.ok ? read : timely;
};

/** Who may have signed a pull: the enforcement point that it names, as it enrolled. */
export type PullExpectation = {
  readonly federation: string;
  readonly audience: string;
  readonly enforcementPoint: string;
  /** Keys of the enforcement point, id to key. */
  readonly keys: Readonly<Record<string, string>>;
};

/**
 * Verifies a pull from its canonical bytes.
 *
 * @param find what is known of the enforcement point that the request names; an unknown one is answered as one whose
 *   facts do not fit, so that nobody learns which exist. The caller uses up the nonce.
 */
export const verifyPull = async (
  text: string,
  now: Instant,
  find: (enforcementPoint: string) => Promise<PullExpectation | undefined>,
): Promise<Result<PullRequest, LawRefusal>> => {
  const read = readForm(text, pull);
  if (!read.ok) return read;
  const { federation, audience, enforcement_point, issued_at } = read.value;
  const known = await find(enforcement_point);
  if (known?.federation !== federation || known.audience !== audience || known.enforcementPoint !== enforcement_point)
    return broken("TILLIT_FORBIDDEN");
  const signed = Object.entries(known.keys).some(([id, key]) => verifySignedJson(read.value, audience, id, key).ok);
  if (!signed) return broken("TILLIT_SIGNATURE", "by no key of the enforcement point");
  const timely = checkTime(issued_at, now);
  return timely.ok ? read : timely;
};
