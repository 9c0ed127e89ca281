import { expect, it } from "vitest";
import { err, ok } from "#lib/domain/result.ts";
import type { Change, Connector, Observed } from "./connector.ts";
import { CONTRACT_LAWS } from "./contract-laws.ts";
import type { Subject } from "./contract-subject.ts";
import { simulatedSynapse } from "./synapse/subject.ts";

/** Breaks one promise of a connector. */
type Breaker = (good: Connector) => Connector;

const mapObserved =
  (change: (observed: Observed) => Observed): Breaker =>
  (good) => ({
    ...good,
    observe: async (signal) => {
      const seen = await good.observe(signal);
      return seen.ok ? ok(change(seen.value)) : seen;
    },
  });

const remembering: Breaker = (good) => {
  let first: Promise<Awaited<ReturnType<Connector["observe"]>>> | undefined;
  return {
    ...good,
    apply: async (change, signal) => {
      const done = await good.apply(change, signal);
      first ??= good.observe(signal);
      await first;
      return done;
    },
    observe: (signal) => first ?? good.observe(signal),
  };
};

/** Says yes to whatever the server refused. */
const silent: Breaker = (good) => ({
  ...good,
  apply: async (change, signal) => {
    const done = await good.apply(change, signal);
    return done.ok ? done : ok("awaiting_restart");
  },
});

const believing: Breaker = (good) => ({
  ...good,
  observe: async (signal) => {
    const seen = await good.observe(signal);
    return seen.ok ? seen : ok({ stored: { mode: "unknown", why: "" }, effective: [], alarms: [], detail: "" });
  },
});

const refusingRepeats = (): Breaker => {
  const sent = new Set<string>();
  return (good) => ({
    ...good,
    apply: async (change: Change, signal) => {
      if (sent.has(change.list.digest)) return err({ code: "sent_before", detail: "", kind: "refuses" });
      sent.add(change.list.digest);
      return good.apply(change, signal);
    },
  });
};

const neverSending: Breaker = (good) => ({ ...good, apply: async () => ok("awaiting_restart") });
const onlyFirst = (): Breaker => {
  let sent = 0;
  return (good) => ({
    ...good,
    apply: async (change, signal) => {
      sent += 1;
      return sent === 1 ? good.apply(change, signal) : ok("awaiting_restart");
    },
  });
};
const deaf: Breaker = (good) => ({
  ...good,
  observe: () => good.observe(new AbortController().signal),
});
const openAsEmpty = mapObserved((observed) => ({
  ...observed,
  effective: observed.effective.map((one) => ({ ...one, policy: { mode: "closed", allow: new Set() } })),
}));
const emptyAsOpen = mapObserved((observed) => ({
  ...observed,
  effective: observed.effective.map((one) => ({ ...one, policy: { mode: "open" } })),
}));

/** Reads nothing once it is made a second time, as after a restart. */
const forgetting = (): Breaker => {
  let made = 0;
  return (good) => {
    made += 1;
    return made === 1 ? good : mapObserved((observed) => ({ ...observed, effective: [] }))(good);
  };
};

const BROKEN: Readonly<Record<string, () => Breaker>> = {
  "an empty list shuts everybody out, and is read back as closed to nobody": () => emptyAsOpen,
  "a server that is open is called open, never closed to nobody": () => openAsEmpty,
  "a name added is let in, stored and obeyed, and no other is": () => neverSending,
  "a name removed is refused, and the others stay": onlyFirst,
  "what is read back is the server's, not what was last sent": () => remembering,
  "sending the same list again changes nothing and is accepted": refusingRepeats,
  "what is called effective is what the server does: not before it, and within the time that its limits state":
    onlyFirst,
  "a name with a port is let in, and the same name without it is not": () => neverSending,
  "after a restart the server holds the same list": forgetting,
  "a list for another server is refused aloud and changes nothing": () => silent,
  "a list of an earlier version is refused aloud and changes nothing": () => silent,
  "another list under the same version is refused aloud": () => silent,
  "a list by a key that no keyset names is refused aloud": () => silent,
  "a reply that was lost is a fault, and sending again completes it": () => silent,
  "a server that does not answer is given up with the caller's signal": () => deaf,
  "an answer that is not the server's JSON is a fault, never success": () => silent,
  "an old answer played again is not believed": () => believing,
  "names that the signature does not cover are not believed": () => believing,
  "a receipt by a key that is not pinned is not believed": () => believing,
};

it("names a broken connector for each law of the contract, and none besides", () => {
  expect(Object.keys(BROKEN).toSorted()).toEqual(CONTRACT_LAWS.map(({ name }) => name).toSorted());
});

for (const law of CONTRACT_LAWS) {
  it(`catches a connector that breaks: ${law.name}`, async () => {
    const good = await simulatedSynapse({ beforeFirstList: law.beforeFirstList ?? "closed" });
    const breaker = BROKEN[law.name]?.();
    if (breaker === undefined) throw new Error("no broken connector");
    const subject: Subject = { ...good, connector: (...shape) => breaker(good.connector(...shape)) };
    // Only a law's own assertion counts: a crash of the broken connector would prove nothing.
    await expect(law.run(subject)).rejects.toMatchObject({ name: "AssertionError" });
  });
}
