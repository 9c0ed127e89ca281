import type { AcceptTerms, FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { getAgencies } from "#lib/data/directory.ts";
import {
  addAcceptance,
  agenciesBehind,
  currentTerms,
  lastAcceptances,
  type TermsVersion,
  termsVersions,
} from "#lib/data/federation-terms.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { lockName } from "#lib/data/rules.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, decidingRefusal, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { lineDifference } from "#lib/domain/line-difference.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { agencyRef } from "./people-views.ts";
import { rulesOf } from "./trust-rules.ts";

const MANY = 1_000;

const mineOf = async (tx: Tx, actor: Actor, current: TermsVersion): Promise<FederationTermsView["mine"]> => {
  const agencies = await getAgencies(tx, agenciesOf(actor));
  const accepted = await lastAcceptances(
    tx,
    agencies.map(({ id }) => id),
  );
  const versions = await termsVersions(
    tx,
    [...accepted.values()].map(({ number }) => number),
  );
  return agencies
    .filter(({ state }) => state !== "left")
    .map((agency) => {
      const last = accepted.get(agency.id);
      const upToDate = last?.number === current.number;
      const before = last === undefined || upToDate ? undefined : versions.get(last.number)?.text;
      return {
        agency: agencyRef(agency),
        accepted:
          last === undefined
            ? null
            : { number: last.number, diarienummer: last.diarienummer, authority: last.authority, at: last.at },
        upToDate,
        difference: before === undefined ? [] : [...lineDifference(before, current.text)],
        mayAccept: !upToDate && actor.credential.kind !== "token" && hasRole(actor, agency.id, "approver"),
      };
    });
};

const behindOf = async (tx: Tx, current: TermsVersion): Promise<NonNullable<FederationTermsView["behind"]>> => {
  const ids = await agenciesBehind(tx, current.number, MANY);
  const agencies = new Map((await getAgencies(tx, ids)).map((agency) => [agency.id, agency]));
  const accepted = await lastAcceptances(tx, ids);
  return ids.flatMap((id) => {
    const agency = agencies.get(id);
    return agency === undefined ? [] : [{ agency: agencyRef(agency), accepted: accepted.get(id)?.number ?? null }];
  });
};

const viewOf = async (tx: Tx, actor: Actor): Promise<FederationTermsView> => {
  const current = await currentTerms(tx);
  // Terms that were withdrawn ask nobody anything.
  if (current === undefined || current.text === "")
    return { current: null, mine: [], behind: isCoordinator(actor) ? [] : null };
  const { number, text, digest, at } = current;
  return {
    current: { number, text, digest, at },
    mine: await mineOf(tx, actor, current),
    behind: isCoordinator(actor) ? await behindOf(tx, current) : null,
  };
};

/** The terms in force, and where the reader's agencies stand; to a coordinator also who is behind. */
export const readFederationTerms = (actor: Actor, _input: object): Promise<Result<FederationTermsView, Refusal>> =>
  inTransaction(actor, async (tx) => ok(await viewOf(tx, actor)));

/**
 * An approver accepts the version in force for their agency: who, on what authority, and under which number it is filed.
 * Bound to the digest of what was shown.
 */
export const acceptTerms = (
  actor: Actor,
  { agency, digest, authority, diarienummer }: AcceptTerms,
): Promise<Result<FederationTermsView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = toPublicId("agy", agency);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    if (!hasRole(actor, agency, "approver")) return say(refusal("not_permitted"));
    const weak = decidingRefusal(actor, await rulesOf(tx));
    if (weak !== undefined) return say(refusal(weak));
    await lockName(tx, `terms:${agency}`);
    const current = await currentTerms(tx);
    if (current?.digest !== digest) return say(refusal("terms_replaced"));
    const last = (await lastAcceptances(tx, [agency])).get(agency);
    if (last?.number === current.number) return say(refusal("terms_accepted_already"));
    const { number } = current;
    await addAcceptance(tx, {
      agency,
      number,
      digest,
      person: actor.person,
      authority,
      diarienummer,
      at: systemClock.now(),
    });
    const details = { version: number, digest, authority, diarienummer };
    await appendAudit(tx, { kind: "terms.accepted", subject, agencyIds: [agency], details });
    await notifyEvent(tx, { topic: "agency", id: subject, version: 1 });
    return ok(await viewOf(tx, actor));
  });
