import { appendAudit } from "#lib/data/audit.ts";
import { storeTest, storeUse } from "#lib/data/credentials.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { lockHead } from "#lib/data/lists.ts";
import { loadPicture, type Picture } from "#lib/data/reconcile.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { HOUR, type Instant } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import type { Reach } from "./reach.ts";

type Trying = { readonly reach: Reach; readonly keys: SigningKeys; readonly clock: Clock };
type Ask = { readonly homeserver: string; readonly traceId: string; readonly signal: AbortSignal };

const TEST_MS = 20_000;

const tryOut = async (deps: Trying, picture: Picture, signal: AbortSignal): Promise<string> => {
  const { point, server } = picture;
  if (point?.candidate === undefined) return "credential_missing";
  const onTrial = { ...point, credential: point.candidate };
  if (point.kind === "mattermost") {
    const looked = await deps.reach.watch(server, onTrial, AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]));
    return looked.ok ? "passed" : looked.error.code;
  }
  const connector = await deps.reach.connectorOf(server, onTrial, deps.keys, signal);
  if (connector === undefined) return "credential_unreadable";
  const seen = await connector.observe(AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]));
  return seen.ok ? "passed" : seen.error.code;
};

/**
 * Tries a credential that was given, by reading the server with it. Only one that is let in comes into use; one that is
 * not stays on trial with the reason, and the one before it stays in use.
 *
 * @returns whether it came into use
 */
export const testCandidate = async (deps: Trying, { homeserver, traceId, signal }: Ask): Promise<boolean> => {
  const loaded = await asWorker(async (tx) => {
    await lockHead(tx, homeserver);
    return ok(await loadPicture(tx, homeserver));
  });
  const picture = loaded.ok ? loaded.value : undefined;
  const candidate = picture?.point?.candidate;
  if (picture === undefined || candidate === undefined) return false;
  const code = await tryOut(deps, picture, signal).catch(() => "broken");
  const at = deps.clock.now();
  const stored = await asWorker(
    async (tx) => {
      if (!(await storeTest(tx, candidate.id, { code, at }))) return ok(false);
      const { server } = picture;
      const subject = toPublicId("hs", server.id);
      const kind = code === "passed" ? ("credential.activated" as const) : ("credential.refused" as const);
      const details = { credential: toPublicId("crd", candidate.id), code };
      await appendAudit(tx, { kind, subject, agencyIds: server.agencies, details });
      await notifyEvent(tx, { topic: "homeserver", id: subject, version: server.version });
      return ok(code === "passed");
    },
    { traceId, clock: deps.clock },
  );
  return stored.ok && stored.value;
};

/** Notes that a round used the credential, and what the server made of it. */
export const noteUse = async (tx: Tx, { point }: Picture, fault: string | undefined, at: Instant): Promise<void> => {
  if (point?.credential === undefined) return;
  await storeUse(tx, point.credential.id, { code: fault ?? "passed", at, every: HOUR });
};
