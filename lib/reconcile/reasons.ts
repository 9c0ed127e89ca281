import { z } from "zod";
import type { RecordedAgreement } from "#lib/data/reconcile.ts";
import type { Reason } from "#lib/domain/allow-list.ts";
import { parseCanonical } from "#lib/domain/canonical.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type AgreementFacts, type Decision, foldDecisions, hasExpired, sideIsComplete } from "#lib/domain/trust.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";

const moment = z.int().transform(instant);
const names = z.array(
  z.string().transform((text, context): ServerName => {
    const name = parseServerName(text);
    if (name.ok) return name.value;
    context.addIssue({ code: "custom", message: "not a server name" });
    return z.NEVER;
  }),
);
const terms = z.looseObject({
  servers: z.object({ home: names, partner: names }),
  start: moment.optional(),
  end: moment.optional(),
  content: z.looseObject({ offline_ms: z.int().min(0).optional() }).optional(),
});

/** What the record says about one server's doors. */
export type Source = {
  readonly reasons: readonly Reason[];
  /** Reason ids whose going a decision, suspension, hold or end explains. */
  readonly ended: ReadonlySet<string>;
  /** Reason ids whose consents are complete. */
  readonly consented: ReadonlySet<string>;
  /** False where an agreement could not be read whole: terms that are not what was consented to, or no parties. */
  readonly complete: boolean;
};

const decisionsOf = ({ decisions }: RecordedAgreement): readonly Decision[] =>
  decisions.map(({ person, ...rest }) => (person === undefined ? rest : { ...rest, person }));

type Reading = { readonly reason?: Reason; readonly ended?: string; readonly consented?: string; readonly ok: boolean };

const readAgreement = (agreement: RecordedAgreement, now: Instant, stopped: ReadonlySet<AgencyId>): Reading => {
  const parsed = parseCanonical(agreement.terms);
  const read = terms.safeParse(parsed.ok ? parsed.value : undefined);
  const whole = read.success && digestOfBytes(agreement.terms) === agreement.digest && agreement.parties.length > 1;
  if (!read.success || !whole) return { ok: false };
  const { servers, start, end, content } = read.data;
  const facts: AgreementFacts = {
    parties: agreement.parties,
    version: agreement.number,
    digest: agreement.digest,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  };
  const id = toPublicId("agr", agreement.id);
  const state = foldDecisions(facts, decisionsOf(agreement));
  const stands = state.stage === "agreed" && state.suspendedBy.size === 0 && state.awaitingReconsent.size === 0;
  const shut = agreement.parties.some(({ agency }) => stopped.has(agency));
  if (!stands || shut || hasExpired(facts, now)) return { ok: true, ended: id };
  const complete = sideIsComplete(facts, state.consents, "home") && sideIsComplete(facts, state.consents, "partner");
  const reason: Reason = {
    id,
    pairs: servers.home.flatMap((home) => servers.partner.map((partner) => [home, partner] as const)),
    digest: agreement.digest,
    from: start ?? state.agreedAt ?? now,
    ...(end === undefined ? {} : { until: end }),
    ...(content?.offline_ms === undefined ? {} : { offlineMs: content.offline_ms }),
  };
  return { ok: true, reason, ...(complete ? { consented: id } : {}) };
};

/**
 * Folds the recorded agreements to reasons. An agreement that is agreed and not yet begun is a reason too: its times
 * travel in the list, so that the enforcement point opens at the moment without word from the portal. While a party of
 * it is stopped, and once one has left the federation, an agreement is none.
 */
export const readReasons = (
  agreements: readonly RecordedAgreement[],
  now: Instant,
  stopped: ReadonlySet<AgencyId>,
): Source => {
  const readings = agreements.map((agreement) => readAgreement(agreement, now, stopped));
  return {
    reasons: readings.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
    ended: new Set(readings.flatMap(({ ended }) => (ended === undefined ? [] : [ended]))),
    consented: new Set(readings.flatMap(({ consented }) => (consented === undefined ? [] : [consented]))),
    complete: readings.every(({ ok }) => ok),
  };
};
