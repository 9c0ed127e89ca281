import { forget, remember, reserve } from "#lib/data/idempotency.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { IdempotencyKey } from "./parse.ts";

type Once = {
  readonly actor: Actor;
  readonly request: Request;
  readonly input: unknown;
  readonly headers: Headers;
  readonly replay: (output: never) => unknown;
  readonly act: () => Promise<Result<unknown, Refusal>>;
};

/**
 * Runs what creates once for each Idempotency-Key of a person on a route. A replay gets the first answer, without its
 * secrets; the same key with another input, or while the first still runs, is refused.
 */
export const once = async ({
  actor,
  request,
  input,
  headers,
  replay,
  act,
}: Once): Promise<Result<unknown, Refusal>> => {
  const header = request.headers.get("idempotency-key");
  if (header === null) return act();
  const key = IdempotencyKey.safeParse(header);
  if (!key.success)
    return err(refusal("invalid_input", { fields: [{ path: "Idempotency-Key", code: "invalid_input" }] }));
  const slot = { key: key.data, route: `${request.method} ${new URL(request.url).pathname}` };
  const held = await reserve(actor, slot, digestOfBytes(JSON.stringify(input)));
  if (held.state === "other" || held.state === "running") return err(refusal("idempotency_conflict"));
  if (held.state === "done") {
    headers.set("idempotent-replayed", "true");
    return ok(held.response);
  }
  const result = await act().catch(async (fault: unknown) => {
    await forget(actor, slot);
    throw fault;
  });
  if (result.ok) await remember(actor, slot, replay(result.value as never));
  else await forget(actor, slot);
  return result;
};
