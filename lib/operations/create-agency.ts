import type { AgencyView, CreateAgency } from "#lib/contracts/directory.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addAgency, findByIdentifier, getAgency } from "#lib/data/directory.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { inTransaction, refuse } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { identifierKey, showIdentifier } from "#lib/domain/identifier.ts";
import { idOf, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newId } from "#lib/platform/ids.ts";
import { agencyView } from "./agency-views.ts";
import { barredRefusal } from "./federation-refusals.ts";

/** Invites an agency into the directory: a coordinator's act. Nothing of it is in force before it is activated. */
export const createAgency = (actor: Actor, wish: CreateAgency): Promise<Result<AgencyView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const key = identifierKey(wish.identifier);
    if (!isCoordinator(actor)) return refuse(tx, actor, refusal("not_permitted"), key);
    const held = await findByIdentifier(tx, wish.identifier);
    if (held !== undefined) {
      const params = { identifier: showIdentifier(wish.identifier) };
      const fields = [{ path: "identifier.value", code: "duplicate_identifier", params } as const];
      const link = `/agencies/${toPublicId("agy", held)}`;
      return refuse(tx, actor, refusal("duplicate_identifier", { params, fields, link }), key);
    }
    const barred = await barredRefusal(tx, { identifiers: [key] });
    if (barred !== undefined) return refuse(tx, actor, barred, key);
    const id = idOf("agy", newId());
    await addAgency(tx, {
      id,
      nameSv: wish.name.sv,
      nameEn: wish.name.en,
      scheme: wish.identifier.scheme,
      identifier: wish.identifier.value,
      memberClass: wish.memberClass,
      country: wish.country,
      state: "invited",
      approversRequired: wish.approversRequired,
      version: 1,
      createdAt: systemClock.now(),
      contacts: wish.contacts,
      homeservers: [],
    });
    await appendAudit(tx, {
      kind: "agency.invited",
      subject: toPublicId("agy", id),
      agencyIds: [id],
      details: { identifier: key },
    });
    await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", id), version: 1 });
    const agency = await getAgency(tx, id);
    return agency === undefined ? err(refusal("internal")) : ok(await agencyView(tx, actor, agency));
  });
