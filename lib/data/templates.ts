import type { AgencyId } from "#lib/domain/ids.ts";
import type { Tx } from "./transaction.ts";

/** An agency, or undefined for the federation. */
export type TemplateOwner = AgencyId | undefined;

const FEDERATION = "00000000-0000-0000-0000-000000000000";

/** What was kept last, as JSON; undefined where nothing was, and for who may not read it. */
export const templatesOf = async (
  tx: Tx,
  owner: TemplateOwner,
): Promise<{ readonly number: number; readonly templates: string } | undefined> =>
  (await tx.agreementTemplates.findUnique({
    where: { ownerId: owner ?? FEDERATION },
    select: { number: true, templates: true },
  })) ?? undefined;

/** Keeps them, over what was there. */
export const putTemplates = async (
  tx: Tx,
  owner: TemplateOwner,
  data: { readonly number: number; readonly templates: string },
): Promise<void> => {
  await tx.agreementTemplates.upsert({
    where: { ownerId: owner ?? FEDERATION },
    create: { ownerId: owner ?? FEDERATION, agencyId: owner ?? null, ...data },
    update: data,
    select: { ownerId: true },
  });
};
