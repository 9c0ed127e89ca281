import { z } from "zod";
import { type Json, parseCanonical } from "#lib/domain/canonical.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import { broken, type LawRefusal } from "./documents.ts";

const form = z.strictObject({
  type: z.literal("tillit.answer.v1"),
  federation: z.string(),
  audience: z.string(),
  answers: z.string(),
  ask: z.string(),
  clock: z.int().nonnegative(),
  body: z.record(z.string(), z.json()),
  signatures: z.record(z.string(), z.record(z.string(), z.string())),
});

/** What the portal holds against an answer. */
export type AnswerExpectation = {
  readonly federation: string;
  readonly audience: ServerName;
  /** Pinned keys of the server, id to key. */
  readonly keys: Readonly<Record<string, string>>;
  /** The nonce of the question. */
  readonly answers: string;
  readonly ask: string;
};

export type Answer = { readonly body: Readonly<Record<string, Json>>; readonly clock: Instant };

/**
 * Verifies what a server answered beside its receipt, from its canonical bytes: for whom it is, by which pinned key, and
 * that it answers just what was asked. The nonce is used once, so an answer cannot be replayed.
 */
export const verifyAnswer = (text: string, expected: AnswerExpectation): Result<Answer, LawRefusal> => {
  const parsed = parseCanonical(text);
  const read = form.safeParse(parsed.ok ? parsed.value : undefined);
  if (!parsed.ok || !read.success) return broken("TILLIT_MALFORMED", "answer");
  const { federation, audience, answers, ask, clock, body } = read.data;
  if (federation !== expected.federation) return broken("TILLIT_FEDERATION", federation);
  if (audience !== expected.audience) return broken("TILLIT_AUDIENCE", audience);
  if (answers !== expected.answers || ask !== expected.ask) return broken("receipt_not_asked");
  const signed = Object.entries(expected.keys).some(
    ([id, key]) => verifySignedJson(read.data, expected.audience, id, key).ok,
  );
  return signed ? ok({ body, clock: instant(clock) }) : broken("TILLIT_SIGNATURE", "by no pinned key of the server");
};
