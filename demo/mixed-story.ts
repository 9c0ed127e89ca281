import { setTimeout as pause } from "node:timers/promises";
import type { MixedWorld } from "./mixed-world.ts";
import { requester } from "./requests.ts";
import {
  accept,
  auditVerified,
  type Evidence,
  endorse,
  evidenceOf,
  hold,
  isRefused,
  raw,
  request,
  revoke,
  type StepResult,
  untilEvery,
} from "./story.ts";

/** The same line between a real Synapse and a simulated Rocket.Chat, whose cache keeps what it knows for 60 s. */
export const MIXED_STEPS = [
  "refused_before",
  "requested",
  "endorsed",
  "accepted",
  "in_force",
  "asked_a_to_b",
  "asked_b_to_a",
  "revoked",
  "refused_both_ways",
  "audit_verified",
] as const;
export type MixedStep = (typeof MIXED_STEPS)[number];

type Plot = { readonly world: MixedWorld; agreement: string };

/** A cache of 60 s, and what the portal needs to see that it has run out. */
const OPENS_WITHIN_MS = 90_000;
const SHUTS_WITHIN_MS = 90_000;
const TICK_MS = 250;

/** A person on the Synapse looks up a person on the Rocket.Chat: a signed request over the Synapse's own path. */
const askAcross = ({ world: { chat, rocket, ca } }: Plot) => {
  const user = encodeURIComponent(`@cecilia:${rocket.serverName}`);
  return requester(ca.pem)(`${chat.baseUrl}/_matrix/client/v3/profile/${user}/displayname`, {
    headers: { authorization: `Bearer ${chat.accessToken}` },
  });
};

/** The Rocket.Chat asks the Synapse for a profile, signed with its own key, which the Synapse fetches from it. */
const askBack = async ({ world: { rocket, synapse, chat, ca } }: Plot) => {
  const uri = `/_matrix/federation/v1/query/profile?user_id=${encodeURIComponent(chat.userId)}&field=displayname`;
  const authorization = await rocket.sign("GET", uri, synapse.serverName);
  return requester(ca.pem)(`${synapse.baseUrl}${uri}`, { headers: { authorization } });
};

const names = (text: string): readonly string[] => text.split(",").filter((name) => !name.endsWith(".invalid"));

const refusedBefore = async (plot: Plot): Promise<Evidence> => {
  const [there, back] = [await askAcross(plot), await askBack(plot)];
  const list = names(await plot.world.rocket.stored());
  return hold(there.status !== 200 && isRefused(back) && list.length === 0, {
    synapse_sends: raw(there),
    rocketchat_is_answered: raw(back),
    rocketchat_list: list,
  });
};

const inForce = async (plot: Plot): Promise<Evidence> => {
  const seen = await untilEvery(plot, ["in_force"], OPENS_WITHIN_MS);
  const list = names(await plot.world.rocket.stored());
  return hold(list.includes(plot.world.synapse.serverName), { ...seen, rocketchat_list: list });
};

const askedThere = async (plot: Plot): Promise<Evidence> => {
  const answer = await askAcross(plot);
  return hold(answer.status === 200, { ...raw(answer), body: answer.text.slice(0, 100) });
};
const askedBack = async (plot: Plot): Promise<Evidence> => {
  const answer = await askBack(plot);
  return hold(answer.status === 200, { ...raw(answer), body: answer.text.slice(0, 100) });
};

/** The Synapse shuts at once; the Rocket.Chat when its cache has run out, which the portal waits for. */
const refusedBothWays = async (plot: Plot): Promise<Evidence> => {
  const begun = Date.now();
  const until = begun + SHUTS_WITHIN_MS;
  let synapseShut: number | undefined;
  for (;;) {
    const back = await askBack(plot);
    if (isRefused(back)) synapseShut ??= Date.now() - begun;
    const portal = await untilEvery(plot, ["shut"], 0).catch(() => undefined);
    const list = names(await plot.world.rocket.stored());
    const evidence = { synapse_refused_after_ms: synapseShut ?? null, rocketchat_list: list };
    const lanes = portal !== undefined;
    if (synapseShut !== undefined && list.length === 0 && lanes)
      return hold((await askAcross(plot)).status !== 200, { ...evidence, seen_shut_after_ms: Date.now() - begun });
    if (Date.now() > until) return hold(false, evidence);
    await pause(TICK_MS);
  }
};

const PLAY: Readonly<Record<MixedStep, (plot: Plot) => Promise<Evidence>>> = {
  refused_before: refusedBefore,
  requested: request,
  endorsed: endorse,
  accepted: accept,
  in_force: inForce,
  asked_a_to_b: askedThere,
  asked_b_to_a: askedBack,
  revoked: revoke,
  refused_both_ways: refusedBothWays,
  audit_verified: auditVerified,
};

/** Plays the mixed line step by step and stops at the first that does not hold. */
export const tellMixed = async (
  world: MixedWorld,
  after?: (result: StepResult<MixedStep>) => void,
): Promise<readonly StepResult<MixedStep>[]> => {
  const plot: Plot = { world, agreement: "" };
  const results: StepResult<MixedStep>[] = [];
  for (const step of MIXED_STEPS) {
    const begun = performance.now();
    const outcome = await PLAY[step](plot).then(
      (evidence) => ({ ok: true, evidence }),
      (fault: unknown) => ({ ok: false, evidence: evidenceOf(fault) }),
    );
    const result = { step, ...outcome, ms: Math.round((performance.now() - begun) * 10) / 10 };
    results.push(result);
    after?.(result);
    if (!result.ok) break;
  }
  return results;
};
