import { join } from "node:path";
import { z } from "zod";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { readTarget, replaceFile } from "#lib/connectors/file/target.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Accepted, NOTHING_ACCEPTED, type Pins, parseJson, readList, readRenewal } from "#lib/signing/signing.ts";
import { type Pulled, takeDocuments } from "./take.ts";

const stored = z.strictObject({
  keyset: z.string().optional(),
  list: z.string().optional(),
  listKeyset: z.string().optional(),
  renewal: z.string().optional(),
  highestIssuedAt: z.int().nonnegative(),
  enforced: z.boolean(),
});

const pathIn = (folder: string): string => join(folder, "accepted.json");

const textOf = ({ keyset, list, listKeyset, renewal, highestIssuedAt, enforced }: Accepted): string =>
  JSON.stringify({
    keyset: keyset?.text,
    list: list?.text,
    listKeyset: listKeyset?.text,
    renewal: renewal?.text,
    highestIssuedAt,
    enforced,
  });

/** Puts what was accepted on disk, whole or not at all; on a fault the file is as it was. */
export const saveAccepted = (folder: string, state: Accepted): Promise<Result<true, ConnectorFault>> =>
  replaceFile(pathIn(folder), textOf(state), 0o600);

/**
 * Whether what was accepted stands on disk. Where something else or nothing stands there it is written again: what was
 * verified in this process is known to be good.
 */
export const confirmAccepted = async (folder: string, state: Accepted): Promise<boolean> => {
  if (state.list === undefined && state.keyset === undefined) return true;
  const there = await readTarget(pathIn(folder));
  if (there.ok && there.value === textOf(state)) return true;
  return (await saveAccepted(folder, state)).ok;
};

const invalid = (detail: string): ConnectorFault => ({ code: "stored_list_invalid", detail, kind: "refuses" });

/** Each stored document at the moment it was issued: a list that has grown stale since was good when it was accepted. */
const inOrder = (file: z.output<typeof stored>): readonly { readonly at: number; readonly document: Pulled }[] => {
  const at = (text: string): number => {
    const list = readList(text);
    if (list.ok) return list.value.fields.issued_at;
    const renewal = readRenewal(text);
    return renewal.ok ? renewal.value.fields.issued_at : file.highestIssuedAt;
  };
  const of = (kind: Pulled["kind"], bytes: string | undefined): readonly Pulled[] =>
    bytes === undefined ? [] : [{ kind, bytes }];
  const documents = [
    ...of("keyset", file.listKeyset),
    ...of("list", file.list),
    ...of("renewal", file.renewal),
    ...of("keyset", file.keyset),
  ];
  return documents.map((document) => ({ at: at(document.bytes), document }));
};

/**
 * Reads what was accepted and verifies it again (laws 3 and 7). A file that is there and does not verify is a fault: the
 * caller shuts, it does not begin anew.
 */
export const loadAccepted = async (folder: string, pins: Pins): Promise<Result<Accepted, ConnectorFault>> => {
  const text = await readTarget(pathIn(folder));
  if (!text.ok) return text;
  if (text.value === undefined) return ok(NOTHING_ACCEPTED);
  const file = stored.safeParse(parseJson(text.value));
  if (!file.success) return err(invalid("the stored state is not what the agent wrote"));
  let state = NOTHING_ACCEPTED;
  for (const { at, document } of inOrder(file.data)) {
    const taken = takeDocuments(pins, state, [document], at);
    if (taken.refused !== undefined) return err(invalid(`${taken.refused.kind}: ${taken.refused.code}`));
    state = taken.state;
  }
  const highestIssuedAt = Math.max(state.highestIssuedAt, file.data.highestIssuedAt);
  return ok({ ...state, highestIssuedAt, enforced: state.enforced || file.data.enforced });
};
