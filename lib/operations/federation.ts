import type { FederationView, UpdateFederation } from "#lib/contracts/federation.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { publishTerms } from "#lib/data/federation-terms.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { type FederationRecord, lockName, readFederationRow, saveFederation } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";

const viewOf = ({ requiredAcr, ...row }: FederationRecord): FederationView => ({
  ...row,
  requiredAcr: requiredAcr ?? null,
});

/** The federation this portal serves. */
export const readFederation = (actor: Actor, _input: object): Promise<Result<FederationView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const row = await readFederationRow(tx);
    return row === undefined ? err(refusal("not_found")) : ok(viewOf(row));
  });

/** Another text is a new version, which every agency is asked to accept again. */
const publish = async (tx: Tx, actor: Actor, federation: string, text: string): Promise<void> => {
  const number = await publishTerms(tx, { text, person: actor.person, at: systemClock.now() });
  if (number === undefined) return;
  const details = { version: number, digest: digestOfBytes(text) };
  await appendAudit(tx, { kind: "terms.published", subject: federation, agencyIds: [], details });
};

type Wish = UpdateFederation & { readonly version: number };

/** Changes name, terms or the sign-in level that decisions need: a coordinator's act, never a token's. */
export const updateFederation = (actor: Actor, { version, ...wish }: Wish): Promise<Result<FederationView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    await lockName(tx, "federation");
    const row = await readFederationRow(tx);
    if (row === undefined) return err(refusal("not_found"));
    const say = (why: Refusal) => refuse(tx, actor, why, row.id);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    if (actor.credential.kind === "token") return say(refusal("tokens_never_decide"));
    if (row.version !== version) return say(refusal("stale_version", { params: { current: row.version } }));
    const { name, terms, requiredAcr } = wish;
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(terms === undefined ? {} : { terms }),
      ...(requiredAcr === undefined ? {} : { requiredAcr }),
    };
    await saveFederation(tx, row.id, patch);
    if (terms !== undefined) await publish(tx, actor, row.id, terms);
    await appendAudit(tx, {
      kind: "federation.updated",
      subject: row.id,
      agencyIds: [],
      details: { fields: Object.keys(patch).toSorted() },
    });
    await notifyEvent(tx, { topic: "federation", id: row.id, version: version + 1 });
    const changed = await readFederationRow(tx);
    return changed === undefined ? err(refusal("internal")) : ok(viewOf(changed));
  });
