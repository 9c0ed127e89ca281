import type { NameProofView } from "#lib/contracts/name-proof.ts";
import { askForProof, getNameProof, type NameProof } from "#lib/data/name-proof.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { isAddress, splitServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";

const viewOf = ({ name, token, state, ...proof }: NameProof): NameProofView => {
  const { host } = splitServerName(name);
  const { checkedAt, askedAt } = proof;
  return {
    state,
    token,
    url: `https://${name}/.well-known/tillit/server`,
    record: isAddress(host) ? null : `_tillit.${host}`,
    found: proof.found ?? null,
    code: proof.code ?? null,
    checkedAt: checkedAt ?? null,
    provenAt: proof.provenAt ?? null,
    failingSince: proof.failingSince ?? null,
    waiting: checkedAt === undefined || (askedAt !== undefined && askedAt > checkedAt),
  };
};

const seen = async (tx: Tx, id: HomeserverId): Promise<Result<NameProofView, Refusal>> => {
  const proof = await getNameProof(tx, id);
  return proof === undefined ? err(refusal("not_found")) : ok(viewOf(proof));
};

type Target = { readonly id: HomeserverId };

/** How a server's name stands. For its agencies, its operator and the coordinators. */
export const readNameProof = (actor: Actor, { id }: Target): Promise<Result<NameProofView, Refusal>> =>
  inTransaction(actor, (tx) => seen(tx, id));

/** Asks for a look now; the worker takes it within seconds. By those who act for its agencies, or a coordinator. */
export const askNameProof = (actor: Actor, { id }: Target): Promise<Result<NameProofView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const proof = await getNameProof(tx, id);
    if (proof === undefined) return err(refusal("not_found"));
    const acts = proof.agencies.some((agency) => hasRole(actor, agency, "administrator", "approver"));
    if (!isCoordinator(actor) && !acts) return refuse(tx, actor, refusal("not_permitted"), toPublicId("hs", id));
    await askForProof(tx, id, systemClock.now());
    return seen(tx, id);
  });
