import type { Apply } from "#lib/contracts/applications.ts";
import type { Done } from "#lib/contracts/common.ts";
import { addApplication, applicationsSent } from "#lib/data/applications.ts";
import { tell } from "#lib/data/notices.ts";
import { lockName } from "#lib/data/rules.ts";
import { beforeSignIn } from "#lib/data/sign-in.ts";
import { receiptOf } from "#lib/domain/application.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { idOf, toPublicId } from "#lib/domain/ids.ts";
import { HOUR, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";

/**
 * Takes a stranger's application. The answer says nothing of who is registered or has asked: it is the same for an
 * organisation that is a member, one that waits, and one that nobody knows.
 */
export const apply = async (wish: Apply, traceId: string): Promise<Result<Done, Refusal>> => {
  const now = systemClock.now();
  const receipt = await beforeSignIn(traceId, async (tx) => {
    await lockName(tx, "applications");
    const found = receiptOf(await applicationsSent(tx, later(now, -HOUR), wish.identifier));
    if (found !== "keep") return found;
    const id = idOf("apl", newId());
    await addApplication(tx, { id, ...wish, at: now });
    const subject = toPublicId("apl", id);
    const telling = { kind: "application", cause: `application:${subject}`, subject, agencies: [] } as const;
    await tell(tx, { tell: [telling], settle: [] }, now);
    return found;
  });
  return receipt === "full" ? err(refusal("too_many_applications")) : ok({ ok: true });
};
