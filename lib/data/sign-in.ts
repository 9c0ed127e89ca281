import { ENVIRONMENTS, type Environment } from "#lib/domain/directory.ts";
import type { Refusal } from "#lib/domain/errors.ts";
import type { AgencyId, PersonId } from "#lib/domain/ids.ts";
import { atomically } from "./atomic.ts";
import { flushAudit } from "./audit.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

/** Thrown inside a transaction to undo it and answer the refusal. */
export class Undone extends Error {
  readonly refusal: Refusal;
  constructor(refused: Refusal) {
    super(refused.code);
    this.refusal = refused;
  }
}

/** Opens the tables of people, sessions and links to this transaction: what signs somebody in, or manages who can. */
export const openSignIn = async (tx: Tx): Promise<void> => {
  await tx.$executeRaw`select set_config('app.sign_in', 'on', true)`;
};

/** From here on the transaction acts as that person, without any agency: its audit rows bear their pseudonym. */
export const actingAs = async (tx: Tx, person: PersonId): Promise<void> => {
  // What was done before bears whoever did it.
  await flushAudit(tx);
  const row = await tx.person.findUniqueOrThrow({ where: { id: person }, select: { pseudonym: true } });
  await tx.$executeRaw`select set_config('app.person_id', ${person}, true), set_config('app.pseudonym', ${row.pseudonym}, true)`;
};

/** Lets the rest of the transaction write for an agency too: an invitation carries its agency's word to who redeems it. */
export const alsoFor = async (tx: Tx, agency: AgencyId): Promise<void> => {
  await tx.$executeRaw`select
    set_config(name, concat_ws(',', nullif(current_setting(name, true), ''), ${agency}::text), true)
    from unnest(array['app.agency_ids', 'app.acting_ids']) as name`;
};

/** A transaction of the web role before anybody is known: to find out who asks, and to begin or end a session. */
export const beforeSignIn = <T>(traceId: string, run: (tx: Tx) => Promise<T>): Promise<T> =>
  atomically("web", async (tx) => {
    await tx.$executeRaw`select set_config('app.sign_in', 'on', true), set_config('app.trace_id', ${traceId}, true)`;
    return run(tx);
  });

export type FederationFacts = {
  readonly id: string;
  readonly name: string;
  readonly environment: Environment;
  readonly requiredAcr: string | undefined;
};

/** The federation of this database; undefined before set-up has named one. */
export const federationFacts = async (tx: Tx): Promise<FederationFacts | undefined> => {
  const row = await tx.federation.findFirst();
  return row === null
    ? undefined
    : {
        id: row.id,
        name: row.name,
        environment: oneOf(ENVIRONMENTS, row.environment),
        requiredAcr: row.requiredAcr ?? undefined,
      };
};

/** The level of assurance that the federation asks of a session that decides. */
export const requiredAcrOf = (traceId: string): Promise<string | undefined> =>
  beforeSignIn(traceId, async (tx) => (await federationFacts(tx))?.requiredAcr);
