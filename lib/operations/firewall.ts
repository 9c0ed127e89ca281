import type { FirewallServer, FirewallView, TickFirewall } from "#lib/contracts/networks.ts";
import type { InboxItem } from "#lib/contracts/overview.ts";
import { appendAudit } from "#lib/data/audit.ts";
import type { HomeserverRecord } from "#lib/data/homeservers.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { addTick, type NetworksRecord, networksOf, type Tick, ticksOf } from "#lib/data/networks.ts";
import { namesOf } from "#lib/data/people.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, getAgreement } from "#lib/data/trust.ts";
import { type Actor, hasRole } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { firewallRules, missingNetworks, nftablesLine, type Placed, plainLine } from "#lib/domain/firewall.ts";
import { type AgreementId, type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { type Scene, sceneOf } from "./agreement-scene.ts";
import { agencyRefIn } from "./agreement-views.ts";

type One = { readonly id: AgreementId };

/** One server's firewall for one agreement, before anyone looks at who reads it. */
type Wall = {
  readonly agreement: AgreementRecord;
  readonly server: HomeserverRecord;
  readonly lines: readonly string[];
  readonly nftables: readonly string[];
  readonly digest: string;
  readonly missing: FirewallServer["missing"];
  readonly ticks: readonly Tick[];
  readonly changedAt: Instant;
};

const NOWHERE: NetworksRecord = { egress: [], ingress: [], at: undefined };

const wallsOf = (
  agreement: AgreementRecord,
  scene: Scene,
  networks: ReadonlyMap<HomeserverId, NetworksRecord>,
  ticks: readonly Tick[],
): readonly Wall[] => {
  const named = agreement.stage === "agreed" ? (agreement.latest?.servers ?? []) : [];
  const placed = (id: HomeserverId, name: Placed["name"]): Placed => ({ name, networks: networks.get(id) ?? NOWHERE });
  return named.flatMap(({ id, name, side }) => {
    const server = scene.servers.get(id);
    if (server === undefined) return [];
    const others = named.filter((other) => other.side !== side);
    const own = placed(id, name);
    const partners = others.map((other) => placed(other.id, other.name));
    const rules = firewallRules(own, partners);
    const lines = rules.map(plainLine);
    return [
      {
        agreement,
        server,
        lines,
        nftables: rules.map(nftablesLine),
        digest: digestOf(lines),
        missing: [...missingNetworks(own, partners)],
        ticks: ticks.filter((tick) => tick.agreement === agreement.id && tick.homeserver === id),
        changedAt: instant(
          Math.max(0, ...[id, ...others.map((other) => other.id)].map((one) => networks.get(one)?.at ?? 0)),
        ),
      },
    ];
  });
};

const read = async (tx: Tx, agreements: readonly AgreementRecord[], scene: Scene): Promise<readonly Wall[]> => {
  const agreed = agreements.filter(({ stage }) => stage === "agreed");
  if (agreed.length === 0) return [];
  const servers = agreed.flatMap(({ latest }) => latest?.servers.map(({ id }) => id) ?? []);
  const networks = await networksOf(tx, [...new Set(servers)]);
  const ticks = await ticksOf(
    tx,
    agreed.map(({ id }) => id),
  );
  return agreed.flatMap((agreement) => wallsOf(agreement, scene, networks, ticks));
};

const mayTick = (actor: Actor, { server }: Wall): boolean =>
  server.agencies.some((agency) => hasRole(actor, agency, "administrator", "approver"));

const ticked = ({ ticks, digest }: Wall): Tick | undefined => ticks.findLast((tick) => tick.digest === digest);

const viewOf = async (tx: Tx, actor: Actor, walls: readonly Wall[]): Promise<FirewallView> => {
  const names = await namesOf(tx, [...new Set(walls.flatMap(({ ticks }) => ticks.map(({ person }) => person)))]);
  const servers = walls.map((wall): FirewallServer => {
    const tick = ticked(wall);
    const { server, lines, nftables, digest, missing, ticks } = wall;
    return {
      homeserver: { id: toPublicId("hs", server.id), serverName: server.serverName },
      lines: [...lines],
      nftables: [...nftables],
      digest,
      missing,
      opened:
        tick === undefined
          ? null
          : { at: tick.at, by: { id: toPublicId("per", tick.person), name: names.get(tick.person) ?? null } },
      changedSince: tick === undefined ? (ticks.at(-1)?.at ?? null) : null,
      mayTick: lines.length > 0 && tick === undefined && mayTick(actor, wall),
    };
  });
  return { servers, at: systemClock.now() };
};

/** The firewall lines of both sides of an agreement, and who has said that they are in force. */
export const readFirewall = (actor: Actor, { id }: One): Promise<Result<FirewallView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    if (record.latest === undefined) return err(refusal("not_a_party"));
    return ok(await viewOf(tx, actor, await read(tx, [record], await sceneOf(tx, [record]))));
  });

/** "Firewall opened": a person of that server's agency says so, of exactly the lines as they stand. */
export const tickFirewall = (
  actor: Actor,
  { id, homeserver, digest }: TickFirewall & One,
): Promise<Result<FirewallView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    const subject = toPublicId("agr", id);
    const scene = await sceneOf(tx, [record]);
    const wall = (await read(tx, [record], scene)).find(({ server }) => server.id === homeserver);
    if (wall === undefined) return err(refusal("not_found"));
    if (!mayTick(actor, wall)) return refuse(tx, actor, refusal("not_permitted"), subject);
    if (wall.digest !== digest || wall.lines.length === 0) {
      return refuse(tx, actor, refusal("firewall_lines_changed"), subject);
    }
    if (ticked(wall) === undefined) {
      await addTick(tx, { agreement: id, homeserver, digest, person: actor.person, at: systemClock.now() });
      await appendAudit(tx, {
        kind: "firewall.opened",
        subject,
        agencyIds: record.parties.map(({ agency }) => agency),
        details: { homeserver: toPublicId("hs", homeserver), digest },
      });
      await notifyEvent(tx, { topic: "agreement", id: subject, version: record.version });
    }
    return ok(await viewOf(tx, actor, await read(tx, [record], scene)));
  });

/** What waits in the inbox: each of the reader's own servers whose lines nobody has said to be in force. */
export const firewallItems = async (
  tx: Tx,
  actor: Actor,
  records: readonly AgreementRecord[],
  scene: Scene,
): Promise<readonly InboxItem[]> =>
  (await read(tx, records, scene))
    .filter((wall) => wall.lines.length > 0 && ticked(wall) === undefined)
    .flatMap((wall) =>
      wall.agreement.parties.flatMap(({ agency, side }): readonly InboxItem[] => {
        const own = wall.server.agencies.includes(agency) && hasRole(actor, agency, "administrator", "approver");
        const other = wall.agreement.parties.find((party) => party.side !== side);
        if (!own) return [];
        return [
          {
            id: toPublicId("agr", wall.agreement.id),
            kind: "firewall",
            direction: "incoming",
            as: agencyRefIn(scene, agency),
            counterpart: other === undefined ? null : agencyRefIn(scene, other.agency),
            agreement: toPublicId("agr", wall.agreement.id),
            change: null,
            changeKind: null,
            homeserver: { id: toPublicId("hs", wall.server.id), serverName: wall.server.serverName },
            purpose: null,
            waitingSince: wall.changedAt,
            deadline: null,
            moves: [],
          },
        ];
      }),
    );
