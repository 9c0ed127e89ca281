import { setTimeout as pause } from "node:timers/promises";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { EvidenceView } from "#lib/contracts/trust.ts";
import { SERVER_NAMES } from "./agencies.ts";
import { doorOf } from "./doors.ts";
import { type NginxWorld, startNginxWorld } from "./nginx-world.ts";
import { DoesNotHold, type Evidence, type FurtherStep, hold, type Plot } from "./story.ts";
import type { WorldWish } from "./world.ts";

/**
 * An agent is away when it was not heard of for three minutes, and the next sweep finds it so: a minute later, a tenth
 * more, and on a busy machine when its turn comes.
 */
const SILENT_WITHIN_MS = 330_000;
/** A question that is under way when the link comes back is answered then; between two the agent rests for seconds. */
const ASKS_WITHIN_MS = 45_000;
/**
 * From the agent's first question to the shut door: fetching, verifying, writing, checking, reloading. Milliseconds where
 * the machine is free; other worlds play beside this one. The evidence says how long it took.
 */
const OBEYS_WITHIN_MS = 15_000;
const SAID_WITHIN_MS = 60_000;
const TICK_MS = 25;
const LOOK_MS = 1_000;

/** What stands at both doors, whoever knows of it. */
const doorsOf = async ({ ca, near, nginx }: NginxWorld) => {
  const { fv, ts } = SERVER_NAMES;
  const [atSynapse, atNginx] = await Promise.all([doorOf(ca, near.port, ts, fv), doorOf(ca, nginx.port, fv, ts)]);
  return { atSynapse, atNginx };
};

/** What the portal says of the door behind the agent: on the agreement, and on the server's page. */
const saidOf = async ({ as }: NginxWorld, { agreement }: Plot) => {
  const { lanes } = await as("astrid").get(`agreements/${agreement}/evidence`, EvidenceView);
  const lane = lanes.find(({ to }) => to.serverName === SERVER_NAMES.ts);
  if (lane === undefined) throw new DoesNotHold({ lanes });
  const { list } = await as("cecilia").get(`homeservers/${lane.to.id}`, HomeserverView);
  const { agent } = await as("cecilia").get(`homeservers/${lane.to.id}/credentials`, EnforcementView);
  return { lane: lane.status, server: list?.status, why: list?.statusDetail, agentIsSilent: agent?.silent };
};

const linkCut = (world: NginxWorld): FurtherStep => ({
  step: "link_cut",
  play: async () => {
    world.link.cut();
    const { atSynapse, atNginx } = await doorsOf(world);
    return hold(atSynapse.isOpen && atNginx.isOpen, { atSynapse, atNginx });
  },
});

/** The portal never says more than it knows: neither in force nor shut, and in the end that nobody is heard of. */
const saidUnreachable = (world: NginxWorld): FurtherStep => ({
  step: "said_unreachable",
  play: async (plot) => {
    const begun = performance.now();
    const words: Record<string, number> = {};
    for (;;) {
      const said = await saidOf(world, plot);
      const ms = Math.round(performance.now() - begun);
      words[said.lane] ??= ms;
      const evidence: Evidence = { saidAfterMs: words, ...said };
      if (said.lane === "in_force" || said.lane === "shut" || ms > SILENT_WITHIN_MS) throw new DoesNotHold(evidence);
      if (said.lane === "unreachable" && said.agentIsSilent === true) {
        const { atSynapse, atNginx } = await doorsOf(world);
        // What the agent does not know it does not do; the other side's own door is shut all the same.
        return hold(!atSynapse.isOpen && atNginx.isOpen, { ...evidence, atSynapse, atNginx });
      }
      await pause(LOOK_MS);
    }
  },
});

const linkBack = (world: NginxWorld): FurtherStep => ({
  step: "link_back",
  play: async (plot) => {
    const begun = performance.now();
    const since = (): number => Math.round(performance.now() - begun);
    const asked = await Promise.race([
      world.link.mend().then(() => true),
      pause(ASKS_WITHIN_MS, false, { ref: false }),
    ]);
    const agentAsksAfterMs = since();
    hold(asked, { agentAsksAfterMs });
    let doors = await doorsOf(world);
    while (doors.atNginx.isOpen && since() - agentAsksAfterMs <= OBEYS_WITHIN_MS) {
      await pause(TICK_MS);
      doors = await doorsOf(world);
    }
    const evidence = { agentAsksAfterMs, shutAfterMs: since(), ...doors };
    hold(!doors.atNginx.isOpen, evidence);
    let said = await saidOf(world, plot);
    while (said.lane !== "shut" && since() < SAID_WITHIN_MS) {
      await pause(LOOK_MS / 4);
      said = await saidOf(world, plot);
    }
    return hold(said.lane === "shut" && said.agentIsSilent === false, { ...evidence, saidAfterMs: since(), ...said });
  },
});

/** The world with nginx and the agent, whose link to the portal is cut before the revocation and mended after it. */
export const startCutWorld = async (wish: WorldWish): Promise<NginxWorld> => {
  const world = await startNginxWorld(wish);
  const further = { message_b_to_a: [linkCut(world)], revoked: [saidUnreachable(world), linkBack(world)] };
  return { ...world, further };
};
