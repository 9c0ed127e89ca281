import { storeLooked } from "#lib/data/discovery.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { storeWatched } from "#lib/data/points.ts";
import type { Picture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import { noteUse } from "./credentials.ts";
import type { Reach } from "./reach.ts";

type Watching = { readonly reach: Reach; readonly clock: Clock; readonly signal: AbortSignal };

/**
 * Looks at a platform that reaches Matrix over a bridge: its version, its bridge, and which homeserver stands behind it.
 * Nothing is enforced there; what the agency relies on is the homeserver behind, which has a list of its own.
 */
export const watchBridge = async ({ reach, clock, signal }: Watching, picture: Picture): Promise<void> => {
  const { server, point } = picture;
  const seen = point?.credential === undefined ? undefined : await reach.watch(server, point, signal);
  const at = clock.now();
  await asWorker(async (tx) => {
    const software = seen?.ok === true ? { software: "Mattermost", version: seen.value.version } : undefined;
    await storeLooked(tx, server.id, { software: software?.software, version: software?.version, at });
    if (point !== undefined && seen !== undefined) {
      const code = seen.ok ? "passed" : seen.error.code;
      await storeWatched(tx, point.id, { code, seen: seen.ok ? seen.value : undefined, at });
      await noteUse(tx, picture, seen.ok ? undefined : code, at);
      await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", server.id), version: server.version });
    }
    return ok(undefined);
  });
};
