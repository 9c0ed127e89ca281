import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { STEPS, type Step } from "./story.ts";
import { denyFileOf, type World } from "./world.ts";

/** A way of breaking the line, and the step at which the story must notice. */
export type Sabotage = {
  readonly name: string;
  /** What is broken, in a few words. */
  readonly what: string;
  /** When it is broken: just before this step. */
  readonly before: Step;
  /** Where the story must stop. */
  readonly failsAt: Step;
  readonly breakIt?: (world: World) => Promise<void> | void;
  /** The servers start without the gate: it cannot be taken away from a running one. */
  readonly withoutGates?: boolean;
};

/** Stops a process group where it stands, as a hung machine would: connections stay open and nothing answers. */
export const freeze = (pid: number): void => {
  process.kill(-pid, "SIGSTOP");
};

/** Takes a person's session away from the story: the portal must not act for a stranger. */
const signOut = (world: World, subject: string): void => {
  Object.assign(world.cookies, { [subject]: "tillit.session=nobody" });
};

/** Changes one row behind the portal's back, as someone with the database's administrator could. */
const tamper = async ({ foundation }: World): Promise<void> => {
  const client = new pg.Client({ connectionString: foundation.adminUrl ?? foundation.urls.owner });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await client.query(
      `UPDATE audit SET bytes = replace(bytes, 'trust.revoke', 'trust.accept')
       WHERE seq = (SELECT max(seq) FROM audit WHERE bytes LIKE '%trust.revoke%')`,
    );
  } finally {
    await client.end();
  }
};

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: "gate_left_open",
    what: "both homeservers federate with everybody",
    before: "invite_refused",
    failsAt: "invite_refused",
    withoutGates: true,
  },
  {
    name: "requester_signed_out",
    what: "the administrator has no session",
    before: "requested",
    failsAt: "requested",
    breakIt: (world) => signOut(world, "astrid"),
  },
  {
    name: "endorser_signed_out",
    what: "the home approver has no session",
    before: "endorsed",
    failsAt: "endorsed",
    breakIt: (world) => signOut(world, "bo"),
  },
  {
    name: "partner_never_accepts",
    what: "the partner's approver has no session",
    before: "accepted",
    failsAt: "accepted",
    breakIt: (world) => signOut(world, "david"),
  },
  {
    name: "list_not_pushed",
    what: "the worker hangs before the acceptance",
    before: "accepted",
    failsAt: "in_force",
    breakIt: ({ worker }) => freeze(worker.pid),
  },
  {
    name: "module_frozen",
    what: "the partner's homeserver hangs before the acceptance",
    before: "accepted",
    failsAt: "in_force",
    breakIt: ({ synapses }) => freeze(synapses.ts.process.pid),
  },
  {
    name: "shut_locally",
    what: "the partner's operator denies the other server in a file of their own",
    before: "accepted",
    failsAt: "in_force",
    breakIt: async ({ foundation, synapses }) => {
      writeFileSync(denyFileOf(foundation, "ts"), `${synapses.fv.serverName}\n`);
      // The module reads the file again with its next poll, each second: until then the door could still open.
      await pause(3_000);
    },
  },
  {
    name: "partner_away",
    what: "the partner's homeserver ends after the door has opened",
    before: "joined",
    failsAt: "joined",
    breakIt: ({ synapses }) => freeze(synapses.ts.process.pid),
  },
  {
    name: "receiver_frozen",
    what: "the partner's homeserver hangs after the join",
    before: "message_a_to_b",
    failsAt: "message_a_to_b",
    breakIt: ({ synapses }) => freeze(synapses.ts.process.pid),
  },
  {
    name: "answerer_frozen",
    what: "the own homeserver hangs after the first message",
    before: "message_b_to_a",
    failsAt: "message_b_to_a",
    breakIt: ({ synapses }) => freeze(synapses.fv.process.pid),
  },
  {
    name: "revoker_signed_out",
    what: "the one who would revoke has no session",
    before: "revoked",
    failsAt: "revoked",
    breakIt: (world) => signOut(world, "david"),
  },
  {
    name: "revocation_not_pushed",
    what: "the worker hangs before the revocation: the gates are left open",
    before: "revoked",
    failsAt: "refused_both_ways",
    breakIt: ({ worker }) => freeze(worker.pid),
  },
  {
    name: "audit_changed",
    what: "a row of the audit log is changed in the database",
    before: "audit_verified",
    failsAt: "audit_verified",
    breakIt: tamper,
  },
];

/** A sabotage by its own name, or the first that breaks the named step. */
export const findSabotage = (name: string): Sabotage | undefined =>
  SABOTAGES.find((each) => each.name === name) ?? SABOTAGES.find(({ failsAt }) => failsAt === name);

export const sabotageNames = (): string => [...SABOTAGES.map(({ name }) => name), ...STEPS].join(", ");
