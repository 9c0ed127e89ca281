import type { ConfigurationView } from "#lib/contracts/homeservers.ts";
import { getHomeserver } from "#lib/data/homeservers.ts";
import { readFederationRow } from "#lib/data/rules.ts";
import { currentKeyset, type RootKey, rootKeys } from "#lib/data/signed-lists.ts";
import { inTransaction } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import type { HomeserverId } from "#lib/domain/ids.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";

type Facts = { readonly federation: string; readonly roots: readonly RootKey[]; readonly keyset: string };

/** JSON strings are YAML strings: nothing that stands in the database can break out of its quotes. */
const quoted = (text: string): string => JSON.stringify(text);

/** The module's part of `homeserver.yaml`, exactly as it is to be pasted. */
export const configurationText = ({ federation, roots, keyset }: Facts): string =>
  [
    "federation_domain_whitelist: []",
    "modules:",
    "  - module: tillit_synapse.TillitModule",
    "    config:",
    `      federation: ${quoted(federation)}`,
    "      root_keys:",
    ...roots.map(({ keyId, key }) => `        ${quoted(keyId)}: ${quoted(key)}`),
    "      root_keys_required: 1",
    `      lowest_keyset: ${quoted(keyset)}`,
    "      before_first_list: open",
    "      asks: [state, reset_destination, probe, shares, exposure]",
    "",
  ].join("\n");

/**
 * The configuration to paste into a homeserver's settings, with the federation's root keys. Installing it refuses no
 * request (`before_first_list: open`) until the first enforced list. Root keys are public; compare their fingerprints with those published outside the portal.
 */
export const readConfiguration = (
  actor: Actor,
  { id }: { readonly id: HomeserverId },
): Promise<Result<ConfigurationView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const server = await getHomeserver(tx, id);
    const federation = await readFederationRow(tx);
    if (server === undefined || federation === undefined) return err(refusal("not_found"));
    const roots = await rootKeys(tx);
    const keyset = await currentKeyset(tx);
    const text = configurationText({
      federation: federation.id,
      roots,
      keyset: `${keyset?.epoch ?? federation.epoch}.${keyset?.serial ?? 1}`,
    });
    return ok({
      serverName: server.serverName,
      format: "yaml" as const,
      text,
      federation: federation.id,
      rootKeys: roots.map((key) => ({ ...key })),
      rootKeysRequired: 1,
      ready: roots.length > 0,
    });
  });
