import { agenciesOf } from "#lib/domain/access.ts";
import type { Networks } from "#lib/domain/firewall.ts";
import { type AgreementId, type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { type Cidr, parseCidr } from "#lib/domain/network.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import { readerOf, serverOfReader } from "./reader.ts";
import type { Tx } from "./transaction.ts";

/** What a homeserver has named, and when it last changed. */
export type NetworksRecord = Networks & { readonly at: Instant | undefined };

const NONE: NetworksRecord = { egress: [], ingress: [], at: undefined };

const cidr = (text: string): Cidr => {
  const read = parseCidr(text);
  if (!read.ok) throw new TypeError(`stored network: ${text}`);
  return read.value;
};

/** A partner reads a server's networks once there is an agreement, and no earlier. */
const seenBy = (tx: Tx): Prisma.HomeserverNetworkWhereInput => {
  const reader = readerOf(tx);
  if (reader === undefined) return {};
  const party = { some: { agencyId: { in: [...agenciesOf(reader)] } } };
  const agreed = { agreements: { some: { agreement: { stage: "agreed", parties: party } } } };
  return { homeserver: { OR: [serverOfReader(tx), agreed] } };
};

/** The networks of some homeservers, as far as the reader may see them. */
export const networksOf = async (
  tx: Tx,
  servers: readonly HomeserverId[],
): Promise<ReadonlyMap<HomeserverId, NetworksRecord>> => {
  const rows = await tx.homeserverNetwork.findMany({
    where: { homeserverId: { in: [...servers] }, ...seenBy(tx) },
    orderBy: [{ network: "asc" }, { port: "asc" }],
  });
  const found = new Map<HomeserverId, NetworksRecord>(servers.map((id) => [id, NONE]));
  for (const { homeserverId, kind, network, port, at } of rows) {
    const id = idOf("hs", homeserverId);
    const { egress, ingress, at: last = instant(0) } = found.get(id) ?? NONE;
    found.set(id, {
      egress: kind === "egress" ? [...egress, cidr(network)] : egress,
      ingress: kind === "ingress" ? [...ingress, { network: cidr(network), port }] : ingress,
      at: instant(Math.max(last, Number(at))),
    });
  }
  return found;
};

/** Puts one homeserver's networks in place of what it had named. */
export const replaceNetworks = async (
  tx: Tx,
  id: HomeserverId,
  { egress, ingress }: Networks,
  at: Instant,
): Promise<void> => {
  await tx.homeserverNetwork.deleteMany({ where: { homeserverId: id } });
  const base = { homeserverId: id, at: BigInt(at) };
  await tx.homeserverNetwork.createMany({
    data: [
      ...egress.map((network) => ({ ...base, kind: "egress", network, port: 0 })),
      ...ingress.map(({ network, port }) => ({ ...base, kind: "ingress", network, port })),
    ],
    skipDuplicates: true,
  });
};

/** That a person said that the lines of this digest are in force at that server. */
export type Tick = {
  readonly agreement: AgreementId;
  readonly homeserver: HomeserverId;
  readonly digest: string;
  readonly person: PersonId;
  readonly at: Instant;
};

/** All ticks of some agreements, oldest first. */
export const ticksOf = async (tx: Tx, agreements: readonly AgreementId[]): Promise<readonly Tick[]> => {
  const rows = await tx.firewallTick.findMany({
    where: { agreementId: { in: [...agreements] } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map((row) => ({
    agreement: idOf("agr", row.agreementId),
    homeserver: idOf("hs", row.homeserverId),
    digest: row.digest,
    person: idOf("per", row.personId),
    at: instant(Number(row.at)),
  }));
};

export const addTick = async (tx: Tx, { agreement, homeserver, digest, person, at }: Tick): Promise<void> => {
  await tx.firewallTick.create({
    data: {
      id: newId(),
      agreementId: agreement,
      homeserverId: homeserver,
      digest,
      personId: person,
      at: BigInt(at),
    },
  });
};
