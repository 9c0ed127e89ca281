import type { PageQuery } from "#lib/contracts/common.ts";
import type { ImportList, ImportRowPage, ImportView } from "#lib/contracts/imports.ts";
import { getImport, importRows, listImports } from "#lib/data/imports.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type ImportId, toPublicId } from "#lib/domain/ids.ts";
import { importStageOf, isWithdrawn } from "#lib/domain/import.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { cursorFrom, cursorTo } from "./cursors.ts";
import { importRowViews, importView } from "./import-views.ts";

const MANY = 100;

/** The batches that concern the reader's agencies, the newest first; all, for a coordinator. */
export const readImports = (actor: Actor, _input: object): Promise<Result<ImportList, Refusal>> =>
  inTransaction(actor, async (tx) =>
    ok({
      items: (await listImports(tx, MANY)).map((batch) => ({
        id: toPublicId("imp", batch.id),
        createdAt: batch.createdAt,
        agreements: batch.rows,
        parties: batch.parties.length,
        confirmed: batch.parties.filter((party) => importStageOf(batch.acts, party) === "confirmed").length,
        withdrawn: isWithdrawn(batch),
      })),
    }),
  );

/** One batch. */
export const readImport = (actor: Actor, { id }: { readonly id: ImportId }): Promise<Result<ImportView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const batch = await getImport(tx, id);
    return batch === undefined ? err(refusal("not_found")) : ok(await importView(tx, actor, batch));
  });

/** The rows of a batch that are the reader's to see, in the order of the file. */
export const readImportRows = (
  actor: Actor,
  { id, cursor, limit }: PageQuery & { readonly id: ImportId },
): Promise<Result<ImportRowPage, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const from = cursorFrom("import-rows", cursor);
    if (!from.ok) return from;
    const [after = 0] = from.value ?? [];
    if (typeof after !== "number") return err(refusal("invalid_cursor"));
    const batch = await getImport(tx, id);
    if (batch === undefined) return err(refusal("not_found"));
    const rows = await importRows(tx, id, after, limit + 1);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    const next = last === undefined ? null : cursorTo("import-rows", [last.line]);
    return ok({ items: [...(await importRowViews(tx, batch, shown))], next });
  });
