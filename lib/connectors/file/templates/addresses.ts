import { byCodePoint } from "#lib/domain/canonical.ts";
import { type Cidr, containsCidr } from "#lib/domain/network.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { inOrder, type TemplateInput } from "./template.ts";

/** A set of names that may come from the same networks. */
export type Group = { readonly id: string; readonly names: readonly ServerName[] };
export type Origins = {
  readonly groups: readonly Group[];
  /** Networks and the group whose names may come from each; more exact networks speak for themselves. */
  readonly networks: readonly { readonly network: Cidr; readonly group: string }[];
  /** The group of an address that lies in no network. */
  readonly otherwise: string;
};

/** The group of an address from which nobody may come, and that of any address where no book is kept. */
const NOBODY = "none";
const ANYBODY = "any";

/** A group is called after what is in it: two files of different age that disagree then open nothing. */
const groupId = (names: readonly ServerName[]): string =>
  `g${digestOf([...names])
    .slice("sha256:".length)
    .replaceAll("-", "0")
    .slice(0, 16)}`;

/**
 * From which networks each name may come, as programs look it up: the most exact network that holds an address decides,
 * so each network carries the names of every network around it too.
 */
export const originsOf = ({ names, addresses }: TemplateInput): Origins => {
  const open = inOrder(names);
  if (addresses === undefined) return { groups: [{ id: ANYBODY, names: open }], networks: [], otherwise: ANYBODY };
  const { partners, probes } = addresses;
  // A name that may come from nowhere is not let in for the probe either: what the probe sees must be true of the partner.
  const placed = open.filter((name) => (partners[name] ?? []).length > 0);
  const claims = [
    ...placed.flatMap((name) => (partners[name] ?? []).map((network) => ({ network, names: [name] }))),
    ...probes.map((network) => ({ network, names: placed })),
  ];
  const groups = new Map<string, Group>();
  const networks = [...new Set(claims.map(({ network }) => network))].toSorted(byCodePoint).flatMap((network) => {
    const here = inOrder(claims.flatMap((claim) => (containsCidr(claim.network, network) ? claim.names : [])));
    if (here.length === 0) return [];
    const id = groupId(here);
    groups.set(id, { id, names: here });
    return [{ network, group: id }];
  });
  return { groups: [...groups.values()].toSorted((a, b) => byCodePoint(a.id, b.id)), networks, otherwise: NOBODY };
};
