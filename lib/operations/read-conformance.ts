import { ConformanceView } from "#lib/contracts/conformance.ts";
import { latestConformance } from "#lib/data/conformance.ts";
import { getHomeserver } from "#lib/data/homeservers.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

/** What trying the contract on a homeserver last showed; for everybody who is signed in, like the directory itself. */
export const readConformance = (
  actor: Actor,
  { id }: { readonly id: HomeserverId },
): Promise<Result<ConformanceView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if ((await getHomeserver(tx, id)) === undefined) return err(refusal("not_found"));
    const latest = await latestConformance(tx, id);
    if (latest === undefined) return ok({ report: null });
    const { connector, checks } = JSON.parse(latest.bytes);
    return ok(ConformanceView.parse({ report: { at: latest.at, connector, checks, signed: latest.bytes } }));
  });
