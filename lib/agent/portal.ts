import { z } from "zod";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { MINUTE, SECOND } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Http } from "#lib/platform/http.ts";
import { pullAnswer } from "./pull.ts";
import type { Pulled } from "./take.ts";

const MOST_ANSWER = 9 * 1024 * 1024;
const SLACK = 10 * SECOND;

/** Why the portal gave no answer that can be used: `away` may pass by itself, `refused` needs somebody. */
export type PortalFault = {
  readonly kind: "away" | "refused";
  readonly code: string;
  readonly detail: string;
  /** The portal's own clock, where ours is off; to be shown, never to be set from. */
  readonly clock?: number;
};

const refusal = z.object({ errcode: z.string(), error: z.string(), clock: z.int().optional() });
const enrolled = z.object({
  federation: z.string(),
  enforcement_point: z.string().regex(/^ep_/),
  root_keys: z.record(z.string(), z.string()),
});
export type EnrolmentAnswer = z.output<typeof enrolled>;

const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);
const jsonOf = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(textOf(body));
  } catch {
    return undefined;
  }
};

/** The three calls of an agent (signed documents, section 5), outbound only. */
export const portalAt = (base: string, http: Http, ca: string | undefined) => {
  const post = async (route: string, body: string, timeoutMs: number, signal: AbortSignal) => {
    const answer = await http(`${base}/api/v1/enforcement/${route}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
      ca,
      timeoutMs,
      maxBytes: MOST_ANSWER,
      signal,
    });
    const away = (code: string, detail: string): Result<never, PortalFault> => err({ kind: "away", code, detail });
    if (!answer.ok) return away(answer.error.code, answer.error.detail);
    const { status, body: said } = answer.value;
    if (status === 204) return ok(undefined);
    const json = jsonOf(said);
    if (status === 200) return ok(json);
    const read = refusal.safeParse(json);
    if (!read.success || status >= 500) return away(`http_${status}`, textOf(said).slice(0, 200));
    const { errcode, error, clock } = read.data;
    return err({ kind: "refused" as const, code: errcode, detail: error, ...(clock === undefined ? {} : { clock }) });
  };
  const unreadable = (): Result<never, PortalFault> =>
    err({ kind: "away", code: "answer_invalid", detail: "something else than the portal answers there" });
  return {
    enrol: async (body: string, signal: AbortSignal): Promise<Result<EnrolmentAnswer, PortalFault>> => {
      const answer = await post("enrolment", body, MINUTE, signal);
      if (!answer.ok) return answer;
      const read = enrolled.safeParse(answer.value);
      return read.success ? ok(read.data) : unreadable();
    },
    pull: async (body: string, wait: number, signal: AbortSignal): Promise<Result<readonly Pulled[], PortalFault>> => {
      const answer = await post("pull", body, wait + SLACK, signal);
      if (!answer.ok) return answer;
      if (answer.value === undefined) return ok([]);
      const read = pullAnswer.safeParse(answer.value);
      return read.success ? ok(read.data.documents) : unreadable();
    },
    report: async (receipt: JsonObject, signal: AbortSignal): Promise<Result<true, PortalFault>> => {
      const answer = await post("receipts", canonicalJson(receipt), MINUTE, signal);
      return answer.ok ? ok(true) : answer;
    },
  };
};
export type Portal = ReturnType<typeof portalAt>;
