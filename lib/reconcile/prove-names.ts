import { appendAudit } from "#lib/data/audit.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { dueNameProofs, type NameProof, writeNameProof } from "#lib/data/name-proof.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { SECOND } from "#lib/domain/instant.ts";
import { judgeProof, nextLookAt } from "#lib/domain/name-proof.ts";
import { ok } from "#lib/domain/result.ts";
import { lookForToken, type ResolveTxt, type TokenLook } from "#lib/matrix/name-proof.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { log } from "#lib/platform/log.ts";
import { startSweeps } from "./sweep.ts";

export type ProvingDeps = { readonly http: Http; readonly clock: Clock; readonly resolveTxt?: ResolveTxt };

/** So many are asked at a time; the rest wait for the next round, the longest waiting first. */
const AT_ONCE = 16;
const EVERY_SECONDS = 5;
const LONGEST_MS = 15 * SECOND;

const TURNED = { proven: "homeserver.name_proven", lost: "homeserver.name_lost" } as const;

const keep = async ({ clock }: ProvingDeps, held: NameProof, { seen, certificate }: TokenLook): Promise<void> => {
  const now = clock.now();
  const next = judgeProof(held, seen, now);
  const turned = next.state === held.state || next.state === "missing" ? undefined : TURNED[next.state];
  const subject = toPublicId("hs", held.homeserver);
  await asWorker(
    async (tx) => {
      const kept = await writeNameProof(tx, held, {
        ...next,
        found: seen.kind === "found" ? seen.at : undefined,
        code: seen.kind === "found" ? undefined : seen.code,
        checkedAt: now,
        certificate,
        nextAt: nextLookAt(next, held.since, now),
      });
      if (!kept) return ok(undefined);
      if (turned !== undefined) {
        const details = { server: held.name, ...(seen.kind === "found" ? { found: seen.at } : { code: seen.code }) };
        await appendAudit(tx, { kind: turned, subject, agencyIds: [...held.agencies], details });
      }
      await notifyEvent(tx, { topic: "homeserver", id: subject, version: 0 });
      return ok(undefined);
    },
    { clock },
  );
};

/**
 * Looks for the tokens of the servers whose time has come, at most a few at a time. One that fails harms no other.
 *
 * @returns how many were looked for
 */
export const proveNames = async (deps: ProvingDeps): Promise<number> => {
  const due = await asWorker(async (tx) => ok(await dueNameProofs(tx, deps.clock.now(), AT_ONCE)));
  const proofs = due.ok ? due.value : [];
  const { http, resolveTxt } = deps;
  await Promise.all(
    proofs.map(async (held) => {
      const seen = await lookForToken(held.name, held.token, {
        http,
        signal: AbortSignal.timeout(LONGEST_MS),
        ...(held.override === undefined ? {} : { override: held.override }),
        ...(resolveTxt === undefined ? {} : { resolveTxt }),
      });
      await keep(deps, held, seen);
    }),
  );
  return proofs.length;
};

/** Looks for tokens every few seconds, for ever. */
export const startProvingNames = (deps: ProvingDeps): { readonly stop: () => void } =>
  startSweeps(
    EVERY_SECONDS,
    async () => {
      while ((await proveNames(deps)) === AT_ONCE);
    },
    (error) => log.warn({ err: error }, "names could not be proven"),
  );
