import type { EnrolmentCode } from "#lib/contracts/agents.ts";
import { putEnrolmentCode } from "#lib/data/agents.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getHomeserver } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { getPoint } from "#lib/data/points.ts";
import { rootKeys } from "#lib/data/signed-lists.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { DAY, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { credentialAgency } from "./enforcement-views.ts";

/** How long a code waits to be used (ms). */
const CODE_LIFE = DAY;

/**
 * Makes the one-time code by which an agent enrols beside a server: an administrator's act, for a server whose approver
 * has let an agent be its enforcement point. A code made before and not used ends.
 */
export const makeEnrolmentCode = (
  actor: Actor,
  { id }: { readonly id: HomeserverId },
): Promise<Result<EnrolmentCode, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    if (server === undefined) return err(refusal("not_found"));
    const subject = toPublicId("hs", id);
    if (credentialAgency(actor, server) === undefined) return refuse(tx, actor, refusal("not_permitted"), subject);
    const point = await getPoint(tx, id);
    if (point?.kind !== "agent") return refuse(tx, actor, refusal("agent_not_chosen"), subject);
    const keys = await rootKeys(tx);
    if (keys.length === 0) return refuse(tx, actor, refusal("root_keys_missing"), subject);
    const code = newSecret();
    const now = systemClock.now();
    const expiresAt = later(now, CODE_LIFE);
    const row = { id: newId(), point: idOf("ep", point.id), codeHash: hashSecret(code), madeBy: actor.person };
    await putEnrolmentCode(tx, { ...row, at: now, expiresAt });
    const details = { expires_at: expiresAt };
    await appendAudit(tx, { kind: "agent.code_made", subject, agencyIds: server.agencies, details });
    await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
    const fingerprints = keys.map(({ fingerprint }) => fingerprint);
    return ok({ code, expiresAt, portal: settings().baseUrl, audience: server.serverName, fingerprints });
  });
