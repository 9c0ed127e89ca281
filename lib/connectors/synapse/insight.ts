import { z } from "zod";
import { canonicalJson, type Json } from "#lib/domain/canonical.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Neighbour, PATH_OUTCOMES } from "#lib/domain/surroundings.ts";
import { type HttpAnswer, readJson } from "#lib/platform/http.ts";
import { verifyAnswer } from "#lib/signing/answers.ts";
import type { ConnectorFault } from "../fault.ts";
import type { Insight } from "../insight.ts";
import type { ConnectorSettings } from "../settings.ts";

type Question = { readonly ask: "shares" } | { readonly ask: "probe" | "exposure"; readonly server: ServerName };
type Asked = { readonly answer: HttpAnswer; readonly nonce: string };
type Ask = (question: Question, signal: AbortSignal) => Promise<Result<Asked, ConnectorFault>>;

const count = z.int().nonnegative();
/** The last instant that a date can show (ECMA-262, time range), ms. */
const LAST_DATE = 8.64e15;
const envelope = z.looseObject({ answer: z.record(z.string(), z.json()) });
const path = z.looseObject({
  server: z.string(),
  outcome: z.enum(PATH_OUTCOMES),
  status: count,
  errcode: z.string().max(255),
  said: z.string().max(1000),
  took_ms: count,
});
const neighbour = z.looseObject({
  rooms: count,
  theirs: count,
  ours: count,
  received_at: count.optional(),
  failing_since: count.optional(),
  tried_at: count.optional(),
  waits_ms: count.optional(),
});
const shares = z.looseObject({ servers: z.record(z.string(), neighbour), cut: z.boolean() });
const exposure = z.looseObject({
  server: z.string(),
  rooms: count,
  ours: count,
  theirs: count,
  third: z.record(z.string(), z.looseObject({ rooms: count, people: count })),
});

const invalid = (detail: string): ConnectorFault => ({ code: "answer_invalid", detail, kind: "untrusted" });

/** Only what is a server's name: others sit in no list, and what a stranger put there is not shown. */
const named = <T, U>(found: Readonly<Record<string, T>>, turn: (value: T) => U): Readonly<Record<ServerName, U>> =>
  Object.fromEntries(
    Object.entries(found).flatMap(([text, value]) => {
      const name = parseServerName(text);
      return name.ok ? [[name.value, turn(value)]] : [];
    }),
  );

const neighbourOf = (seen: z.infer<typeof neighbour>): Neighbour => {
  const { rooms, theirs, ours, received_at, failing_since, tried_at = 0, waits_ms = 0 } = seen;
  return {
    rooms,
    theirs,
    ours,
    ...(received_at ? { receivedAt: instant(received_at) } : {}),
    ...(failing_since ? { failingSince: instant(failing_since) } : {}),
    ...(waits_ms > 0 && tried_at + waits_ms < LAST_DATE ? { waitsUntil: instant(tried_at + waits_ms) } : {}),
  };
};

/**
 * The questions about rooms and paths. They take no turn among the pushes, since a partner that does not answer may cost
 * seconds; the answer is bound to its question by the nonce, not by the receipt's sequence.
 */
export const synapseInsight = (settings: ConnectorSettings, ask: Ask): Insight => {
  const body = async (question: Question, signal: AbortSignal): Promise<Result<Json, ConnectorFault>> => {
    const asked = await ask(question, signal);
    if (!asked.ok) return asked;
    const read = readJson(asked.value.answer, envelope);
    if (!read.ok) return err(invalid("no answer beside the receipt"));
    const { federation, serverName, pinnedKeys } = settings;
    const answer = verifyAnswer(canonicalJson(read.value.answer), {
      federation,
      audience: serverName,
      keys: pinnedKeys,
      answers: asked.value.nonce,
      ask: question.ask,
    });
    return answer.ok ? ok(answer.value.body) : err(invalid(answer.error.code));
  };
  const read = async <T>(
    form: z.ZodType<T>,
    question: Question,
    signal: AbortSignal,
  ): Promise<Result<T, ConnectorFault>> => {
    const said = await body(question, signal);
    if (!said.ok) return said;
    const parsed = form.safeParse(said.value);
    if (!parsed.success) return err(invalid(z.prettifyError(parsed.error)));
    const about = "server" in question ? question.server : undefined;
    const answered = z.looseObject({ server: z.string().optional() }).safeParse(said.value);
    return answered.data?.server === about ? ok(parsed.data) : err(invalid("about another server"));
  };
  return {
    probe: async (server, signal) => {
      const seen = await read(path, { ask: "probe", server }, signal);
      if (!seen.ok) return seen;
      const { outcome, status, errcode, said, took_ms: tookMs } = seen.value;
      return ok({ outcome, status, errcode, said, tookMs });
    },
    shares: async (signal) => {
      const seen = await read(shares, { ask: "shares" }, signal);
      return seen.ok ? ok({ servers: named(seen.value.servers, neighbourOf), cut: seen.value.cut }) : seen;
    },
    exposure: async (server, signal) => {
      const seen = await read(exposure, { ask: "exposure", server }, signal);
      if (!seen.ok) return seen;
      const { rooms, ours, theirs, third } = seen.value;
      return ok({ rooms, ours, theirs, third: named(third, (one) => ({ rooms: one.rooms, people: one.people })) });
    },
  };
};
