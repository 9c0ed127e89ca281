import { setTimeout as pause } from "node:timers/promises";
import { AuditVerification } from "#lib/contracts/audit.ts";
import { AgreementView, EvidenceView } from "#lib/contracts/trust.ts";
import type { Status } from "#lib/domain/statuses.ts";
import type { Move } from "#lib/domain/trust.ts";
import type { Chatter } from "./matrix-client.ts";
import type { AgencyKey } from "./people.ts";
import type { PortalClient } from "./portal-client.ts";
import { type Answer, errcodeOf } from "./requests.ts";
import type { Seeded } from "./seed.ts";

/** The line, from a shut door through an open one to a shut one. */
export const STEPS = [
  "invite_refused",
  "requested",
  "endorsed",
  "accepted",
  "in_force",
  "joined",
  "message_a_to_b",
  "message_b_to_a",
  "revoked",
  "refused_both_ways",
  "audit_verified",
] as const;
export type Step = (typeof STEPS)[number];

export type StepResult = {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  /** Raw: status, errcode, event id, what each server was seen to do. */
  readonly evidence: Readonly<Record<string, unknown>>;
};

/** What was found instead of what must hold. */
export class DoesNotHold extends Error {
  readonly evidence: Readonly<Record<string, unknown>>;
  constructor(evidence: Readonly<Record<string, unknown>>) {
    super("the step does not hold");
    this.evidence = evidence;
  }
}

export type Evidence = Readonly<Record<string, unknown>>;

/** Where the line is played: the portal's people, and one who chats on each side, on whatever server. */
export type Scene = {
  readonly seeded: Seeded;
  readonly as: (subject: string) => PortalClient;
  readonly chat: Readonly<Record<AgencyKey, Chatter>>;
  /** How long a door may take to open or to shut, ms; 10 s unless said. */
  readonly patienceMs?: number;
  /** What is to be seen at both doors while they open and while they shut, beside what the portal says. */
  readonly watch?: Readonly<Record<"doors" | "opening" | "shutting", () => Promise<Evidence>>>;
  /** Which of the partner's homeservers the agreement names; all of them unless said. */
  readonly partnerServers?: readonly string[];
  /** Steps that only this world has, each played after the step under which it stands. */
  readonly further?: Readonly<Partial<Record<Step, readonly FurtherStep[]>>>;
};

/** A step beyond the common ones. */
export type FurtherStep = { readonly step: string; readonly play: (plot: Plot) => Promise<Evidence> };

/** What the story knows so far. */
export type Plot = { readonly world: Scene; agreement: string; room: string };

const PATIENCE_MS = 10_000;
const ARRIVES_WITHIN_MS = 10_000;
const STAYS_AWAY_FOR_MS = 1_500;
const TICK_MS = 25;

const raw = (answer: Answer): Evidence => ({ status: answer.status, errcode: errcodeOf(answer) });

/** What was seen, if it is as it must be. */
export const hold = (holds: boolean, evidence: Evidence): Evidence => {
  if (!holds) throw new DoesNotHold(evidence);
  return evidence;
};

const isRefused = (answer: Answer): boolean => answer.status === 403 && errcodeOf(answer) === "M_FORBIDDEN";

/** A new room on the inviter's server, and an invitation across. */
const inviteAcross = async (from: Chatter, to: Chatter): Promise<Answer> =>
  from.invite(await from.createRoom("Samverkan"), to.userId);

const inviteRefused = async ({ world: { chat, watch } }: Plot): Promise<Evidence> => {
  const answer = await inviteAcross(chat.fv, chat.ts);
  const doors = await watch?.doors();
  return hold(isRefused(answer), { ...raw(answer), ...doors });
};

const request = async (plot: Plot): Promise<Evidence> => {
  const { as, seeded, partnerServers } = plot.world;
  const agreement = await as("astrid").post(
    "trust-requests",
    {
      as: seeded.agencies.fv,
      partner: seeded.agencies.ts,
      purpose: "Samverkan om rehabilitering: handläggare behöver nå varandra i chatt.",
      legalBasis: "6 § förvaltningslagen (2017:900)",
      ...(partnerServers === undefined ? {} : { partnerServers }),
    },
    AgreementView,
  );
  plot.agreement = agreement.id;
  return hold(agreement.stage === "requested", { agreement: agreement.id, stage: agreement.stage });
};

/** One person's act, on the terms as that person sees them now. */
export const decideAs = async (
  world: Pick<Scene, "as">,
  id: string,
  subject: string,
  act: { readonly as: string; readonly move: Move; readonly reason?: string; readonly diarienummer?: string },
): Promise<AgreementView> => {
  const client = world.as(subject);
  const seen = await client.get(`agreements/${id}`, AgreementView);
  return client.post(`agreements/${id}/decisions`, { ...act, digest: seen.digest ?? "" }, AgreementView, seen.version);
};

const endorse = async ({ world, agreement }: Plot): Promise<Evidence> => {
  const { agencies } = world.seeded;
  const act = { as: agencies.fv, move: "endorse", diarienummer: "FV 2026/0417" } as const;
  const { stage } = await decideAs(world, agreement, "bo", act);
  return hold(stage === "offered", { stage });
};

const accept = async ({ world, agreement }: Plot): Promise<Evidence> => {
  const { agencies } = world.seeded;
  const act = { as: agencies.ts, move: "accept", diarienummer: "TS 2026-1182" } as const;
  const { stage } = await decideAs(world, agreement, "david", act);
  return hold(stage === "agreed", { stage });
};

const lanes = ({ lanes: seen }: EvidenceView): Evidence =>
  Object.fromEntries(
    seen.map(({ from, to, status, stations }) => [
      `${from.serverName} → ${to.serverName}`,
      {
        status,
        stations: Object.fromEntries(stations.map(({ station, state, detail }) => [station, { state, detail }])),
      },
    ]),
  );

/** Waits until every lane has that status, as the portal measured it. */
const untilEvery = async ({ world, agreement }: Plot, wanted: readonly Status[]): Promise<Evidence> => {
  const until = Date.now() + (world.patienceMs ?? PATIENCE_MS);
  for (;;) {
    const view = await world.as("astrid").get(`agreements/${agreement}/evidence`, EvidenceView);
    const there = view.lanes.length > 0 && view.lanes.every(({ status }) => wanted.includes(status));
    if (there || Date.now() > until) return hold(there, { status: view.status, ...lanes(view) });
    await pause(TICK_MS);
  }
};

/** Both directions are in force by the portal's word, and what is seen at the doors does not contradict it. */
const inForce = async (plot: Plot): Promise<Evidence> => {
  const [said, seen] = await Promise.all([untilEvery(plot, ["in_force"]), plot.world.watch?.opening()]);
  return { ...seen, ...said };
};

const join = async (plot: Plot): Promise<Evidence> => {
  const { fv, ts } = plot.world.chat;
  plot.room = await fv.createRoom("Samverkan");
  const invited = await fv.invite(plot.room, ts.userId);
  hold(invited.status === 200, { invite: raw(invited) });
  const until = Date.now() + ARRIVES_WITHIN_MS;
  while (!(await ts.invitedTo(plot.room)) && Date.now() < until) await pause(TICK_MS);
  const joined = await ts.join(plot.room, fv.serverName);
  return hold(joined.status === 200, { room: plot.room, invite: raw(invited), join: raw(joined) });
};

const message = async (from: Chatter, to: Chatter, room: string): Promise<Evidence> => {
  const text = `Hej från ${from.userId} ${Date.now()}`;
  const sent = await from.send(room, text);
  const received = await to.received(room, text, ARRIVES_WITHIN_MS);
  const evidence = { send: raw(sent), event: received?.id, sender: received?.sender, receivedBy: to.userId };
  return hold(received?.sender === from.userId, evidence);
};

const revoke = async ({ world, agreement }: Plot): Promise<Evidence> => {
  const { agencies } = world.seeded;
  const act = { as: agencies.ts, move: "revoke", reason: "Samarbetet är avslutat." } as const;
  const { stage, closedBy } = await decideAs(world, agreement, "david", act);
  return hold(stage === "closed" && closedBy === "revoke", { stage, closedBy });
};

/** Both servers refuse a new invitation, and what is written in the old room stays where it was written. */
const refusedBothWays = async (plot: Plot): Promise<Evidence> => {
  const { fv, ts } = plot.world.chat;
  const seen = await plot.world.watch?.shutting();
  const until = Date.now() + (plot.world.patienceMs ?? PATIENCE_MS);
  for (;;) {
    const [there, back] = [await inviteAcross(fv, ts), await inviteAcross(ts, fv)];
    const evidence = { there: raw(there), back: raw(back), ...seen };
    if (isRefused(there) && isRefused(back)) {
      const text = `Detta kommer inte fram ${Date.now()}`;
      const sent = await fv.send(plot.room, text);
      const leaked = await ts.received(plot.room, text, STAYS_AWAY_FOR_MS);
      return hold(leaked === undefined, { ...evidence, send: raw(sent), arrived: leaked?.id ?? null });
    }
    if (Date.now() > until) throw new DoesNotHold(evidence);
    await pause(TICK_MS);
  }
};

const auditVerified = async ({ world }: Plot): Promise<Evidence> => {
  const { ok, rows, head, firstBad } = await world.as("elin").get("audit/verification", AuditVerification);
  return hold(ok && rows > 0, { rows, head: head?.hash, firstBad });
};

const PLAY: Readonly<Record<Step, (plot: Plot) => Promise<Evidence>>> = {
  invite_refused: inviteRefused,
  requested: request,
  endorsed: endorse,
  accepted: accept,
  in_force: inForce,
  joined: join,
  message_a_to_b: ({ world: { chat }, room }) => message(chat.fv, chat.ts, room),
  message_b_to_a: ({ world: { chat }, room }) => message(chat.ts, chat.fv, room),
  revoked: revoke,
  refused_both_ways: refusedBothWays,
  audit_verified: auditVerified,
};

const evidenceOf = (fault: unknown): Evidence => {
  if (fault instanceof DoesNotHold) return fault.evidence;
  return { fault: fault instanceof Error ? fault.message : String(fault) };
};

export type Telling = {
  readonly before?: (step: string) => Promise<void>;
  readonly after?: (result: StepResult) => void;
};

/** Plays the line, with the steps of its own that the world adds, and stops at the first step that does not hold. */
export const tell = async (world: Scene, { before, after }: Telling = {}): Promise<readonly StepResult[]> => {
  const steps = STEPS.flatMap((step) => [{ step, play: PLAY[step] }, ...(world.further?.[step] ?? [])]);
  const plot: Plot = { world, agreement: "", room: "" };
  const results: StepResult[] = [];
  for (const { step, play } of steps) {
    await before?.(step);
    const begun = performance.now();
    const outcome = await play(plot).then(
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
