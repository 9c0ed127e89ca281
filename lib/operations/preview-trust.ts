import type { PreviewQuery, PreviewView } from "#lib/contracts/trust.ts";
import { inTransaction, type Tx } from "#lib/data/transaction.ts";
import { type AgreementRecord, factsOf, getAgreement, listAgreements, stateOf } from "#lib/data/trust.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgreementId, type HomeserverId, toPublicId } from "#lib/domain/ids.ts";
import { limitsOf } from "#lib/domain/platform-limits.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { isOpen, type Move } from "#lib/domain/trust.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { type Scene, sceneOf } from "./agreement-scene.ts";
import { agencyRefIn, opensAlso, pairsOf } from "./agreement-views.ts";
import { residencyFindings } from "./residency-findings.ts";

/** What each move leads to once it is complete: consents open, the others shut. */
const EFFECT: Readonly<Record<Move, PreviewView["effect"]>> = {
  endorse: "opens",
  accept: "opens",
  resume: "opens",
  reconsent: "opens",
  decline: "closes",
  withdraw: "closes",
  revoke: "closes",
  undo: "closes",
  suspend: "closes",
};

const MANY = 500;
type Line = PreviewView["homeservers"][number]["lines"][number];

/** Other agreements, of those the caller may see, that open the same pair now. */
const holders = (
  others: readonly AgreementRecord[],
  a: HomeserverId,
  b: HomeserverId,
  scene: Scene,
): readonly string[] =>
  others.flatMap((record) => {
    const [facts, state] = [factsOf(record), stateOf(record)];
    const opens = facts !== undefined && state !== undefined && isOpen(facts, state, scene.now);
    const names = pairsOf(record).some(([x, y]) => (x === a && y === b) || (x === b && y === a));
    return opens && names ? [toPublicId("agr", record.id)] : [];
  });

const effectOf = (record: AgreementRecord, move: Move, scene: Scene): PreviewView["effect"] => {
  const [facts, state] = [factsOf(record), stateOf(record)];
  if (facts === undefined || state === undefined) return "nothing";
  const open = isOpen(facts, state, scene.now);
  if (EFFECT[move] === "opens") return open ? "nothing" : "opens";
  return open ? "closes" : "nothing";
};

const serverOf = (
  self: HomeserverId,
  partners: readonly HomeserverId[],
  others: readonly AgreementRecord[],
  effect: PreviewView["effect"],
  scene: Scene,
) => {
  const server = scene.servers.get(self);
  if (server === undefined) return [];
  const refs = (id: HomeserverId) =>
    (scene.servers.get(id)?.agencies ?? []).map((agency) => agencyRefIn(scene, agency));
  const lines = partners.map((partner): Line => {
    const heldBy = [...holders(others, self, partner, scene)];
    const change = heldBy.length > 0 || effect === "nothing" ? "keep" : effect === "opens" ? "add" : "remove";
    return { change, server: scene.servers.get(partner)?.serverName ?? "–", agencies: refs(partner), heldBy };
  });
  const homeserver = { id: toPublicId("hs", self), serverName: server.serverName };
  return [{ homeserver, agencies: refs(self), mode: server.mode, lines, limits: [...limitsOf(server.platform)] }];
};

const othersOf = async (tx: Tx, record: AgreementRecord): Promise<readonly AgreementRecord[]> => {
  const named = record.latest?.servers ?? [];
  const lists = [];
  for (const { id } of named)
    lists.push(await listAgreements(tx, { stage: "agreed", homeserver: id }, undefined, MANY));
  const byId = new Map(lists.flat().map((other) => [other.id, other]));
  byId.delete(record.id);
  return [...byId.values()];
};

/** What a decision is bound to: not when it takes effect, nor which other agreements hold a line. */
const digestOfPreview = ({ effect, homeservers, opensAlso: also, residency }: Omit<PreviewView, "digest">): string =>
  digestOf({
    effect,
    homeservers: homeservers.map(({ homeserver, agencies, mode, lines, limits }) => ({
      server: homeserver.id,
      name: homeserver.serverName,
      agencies: agencies.map(({ id }) => id),
      mode,
      limits: [...limits],
      lines: lines.map((line) => ({
        change: line.change,
        server: line.server,
        agencies: line.agencies.map(({ id }) => id),
      })),
    })),
    opens_also: also.map(({ id }) => id),
    residency: residency.map((finding) => ({ ...finding })),
  });

/** The preview of a move within a transaction. */
export const previewIn = async (tx: Tx, record: AgreementRecord, move: Move): Promise<Result<PreviewView, Refusal>> => {
  if (record.latest === undefined) return err(refusal("not_a_party"));
  const scene = await sceneOf(tx, [record]);
  const others = await othersOf(tx, record);
  const effect = effectOf(record, move, scene);
  const of = (side: "home" | "partner") =>
    record.latest?.servers.filter((each) => each.side === side).map((each) => each.id) ?? [];
  const [home, partner] = [of("home"), of("partner")];
  const { start } = record.latest.terms;
  const view = {
    move,
    effect,
    at: effect === "opens" && start !== undefined && start > scene.now ? start : null,
    homeservers: [
      ...home.flatMap((self) => serverOf(self, partner, others, effect, scene)),
      ...partner.flatMap((self) => serverOf(self, home, others, effect, scene)),
    ],
    opensAlso: opensAlso(record, scene),
    residency: residencyFindings(record, scene.servers).map(({ country, leadsTo, ...finding }) => ({
      ...finding,
      country: country ?? null,
      leadsTo: leadsTo ?? null,
    })),
  };
  return ok({ ...view, digest: digestOfPreview(view) });
};

/** The lines that would change on each homeserver if the move were made and completed, before anyone makes it. */
export const previewTrust = (
  actor: Actor,
  { id, move }: PreviewQuery & { readonly id: AgreementId },
): Promise<Result<PreviewView, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const record = await getAgreement(tx, id);
    if (record === undefined) return err(refusal("not_found"));
    return previewIn(tx, record, move);
  });
