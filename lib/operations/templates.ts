import { type SetTemplates, Templates, type TemplatesView } from "#lib/contracts/templates.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { lockName } from "#lib/data/rules.ts";
import { putTemplates, type TemplateOwner, templatesOf } from "#lib/data/templates.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, agenciesOf, hasRole, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, toPublicId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { contentWished } from "./terms-wish.ts";

type One = { readonly id: AgencyId };

const may = (actor: Actor, owner: TemplateOwner): boolean =>
  actor.credential.kind !== "token" &&
  (owner === undefined ? isCoordinator(actor) : hasRole(actor, owner, "administrator"));

const viewOf = async (tx: Tx, actor: Actor, owner: TemplateOwner): Promise<TemplatesView> => {
  const stored = await templatesOf(tx, owner);
  return {
    agency: owner === undefined ? null : toPublicId("agy", owner),
    number: stored?.number ?? 0,
    templates: stored === undefined ? [] : Templates.parse(JSON.parse(stored.templates)),
    maySet: may(actor, owner),
  };
};

const set = (
  actor: Actor,
  owner: TemplateOwner,
  { number, templates }: SetTemplates,
): Promise<Result<TemplatesView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const subject = owner === undefined ? "federation" : toPublicId("agy", owner);
    if (!may(actor, owner)) return refuse(tx, actor, refusal("not_permitted"), subject);
    // What no request may say is not offered to begin one with.
    for (const { content } of templates) {
      const judged = contentWished({ content }, systemClock.now());
      if (!judged.ok) return refuse(tx, actor, judged.error, subject);
    }
    await lockName(tx, `templates:${owner ?? ""}`);
    const current = (await templatesOf(tx, owner))?.number ?? 0;
    if (current !== number) return refuse(tx, actor, refusal("stale_version", { params: { current } }), subject);
    await putTemplates(tx, owner, { number: number + 1, templates: JSON.stringify(templates) });
    await appendAudit(tx, {
      kind: "templates.set",
      subject,
      agencyIds: owner === undefined ? [] : [owner],
      details: { names: templates.map(({ name }) => name) },
    });
    return ok(await viewOf(tx, actor, owner));
  });

/** What an agency's requests may begin with: its own people read it. */
export const readTemplates = (actor: Actor, { id }: One): Promise<Result<TemplatesView, Refusal>> =>
  inTransaction(actor, async (tx) =>
    agenciesOf(actor).includes(id) ? ok(await viewOf(tx, actor, id)) : err(refusal("not_found")),
  );

/** What every member's requests may begin with. */
export const readFederationTemplates = (actor: Actor, _input: object): Promise<Result<TemplatesView, Refusal>> =>
  inTransaction(actor, async (tx) => ok(await viewOf(tx, actor, undefined)));

/** Sets an agency's templates: its administrator's act. Refuses what a request would be refused for saying. */
export const setTemplates = (actor: Actor, { id, ...wish }: SetTemplates & One) => set(actor, id, wish);

/** Sets the federation's templates: a coordinator's act. */
export const setFederationTemplates = (actor: Actor, wish: SetTemplates) => set(actor, undefined, wish);
