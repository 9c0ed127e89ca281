import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Http, HttpAnswer } from "#lib/platform/http.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import type { Change, Connector, Limits, Observed } from "./connector.ts";
import type { ContractLaw, Subject } from "./contract-subject.ts";
import type { ConnectorFault } from "./fault.ts";

const TIMEOUT_MS = 20_000;
const soon = (): AbortSignal => AbortSignal.timeout(TIMEOUT_MS);

const taken = <T>(result: Result<T, unknown>): T => {
  assert.ok(result.ok, `refused: ${JSON.stringify(result.ok ? "" : result.error)}`);
  return result.value;
};
const fault = (result: Result<unknown, ConnectorFault>): ConnectorFault => {
  assert.ok(!result.ok, "accepted what had to be refused");
  return result.error;
};

const sorted = (policy: Policy | Unknown | undefined): string =>
  policy?.mode === "closed" ? [...policy.allow].toSorted().join(" ") : `(${policy?.mode ?? "none"})`;

/** What the processes that were read obey; a process that was not asked is no answer. */
const obeyed = ({ effective }: Observed): string[] =>
  effective.filter(({ policy }) => policy.mode !== "unknown").map(({ policy }) => sorted(policy));

const apply = async (connector: Connector, change: Change): Promise<void> => {
  taken(await connector.apply(change, soon()));
};
const seen = async (connector: Connector): Promise<Observed> => taken(await connector.observe(soon()));

/** What is seen once the vendor's own time has passed: a cache run out, or the restart that it waits for. */
const settled = async ({ pass, restart }: Subject, connector: Connector): Promise<Observed> => {
  const { takesEffect, effectWithin } = connector.limits;
  if (takesEffect === "at_once") return seen(connector);
  await seen(connector);
  if (takesEffect === "after_restart") await restart();
  await pass(effectWithin);
  return seen(connector);
};

const expectObeyed = async (subject: Subject, connector: Connector, names: readonly string[]): Promise<void> => {
  const observed = obeyed(await settled(subject, connector));
  assert.ok(observed.length > 0, "no process was read");
  for (const one of observed) assert.equal(one, names.toSorted().join(" "));
};
const expectLet = async ({ lets, partners }: Subject, open: readonly boolean[]): Promise<void> => {
  for (const [at, wanted] of open.entries()) {
    const name = partners[at];
    assert.ok(name !== undefined);
    assert.equal(await lets(name), wanted, `${name} is ${wanted ? "shut" : "let in"}`);
  }
};

type Shape = (http: Http) => Http;
const onCall =
  (isCall: Subject["calls"]["read"], answer: (http: Http, ...call: Parameters<Http>) => ReturnType<Http>): Shape =>
  (http) =>
  (url, request) =>
    isCall(url, request) ? answer(http, url, request) : http(url, request);

const withBody = (answer: HttpAnswer, text: string): HttpAnswer => ({
  ...answer,
  body: new TextEncoder().encode(text),
});

const lifecycle: readonly ContractLaw[] = [
  {
    name: "an empty list shuts everybody out, and is read back as closed to nobody",
    run: async (subject) => {
      const connector = subject.connector();
      await apply(connector, subject.authority.next([]));
      await expectObeyed(subject, connector, []);
      await expectLet(subject, [false, false, false]);
    },
  },
  {
    name: "a server that is open is called open, never closed to nobody",
    beforeFirstList: "open",
    run: async (subject) => {
      const connector = subject.connector();
      await apply(connector, subject.authority.next([], { mode: "observe" }));
      assert.deepEqual(obeyed(await settled(subject, connector)), ["(open)"]);
      await expectLet(subject, [true]);
    },
  },
  {
    name: "a name added is let in, stored and obeyed, and no other is",
    run: async (subject) => {
      const connector = subject.connector();
      const [first] = subject.partners;
      await apply(connector, subject.authority.next([first]));
      await expectObeyed(subject, connector, [first]);
      assert.equal(sorted((await seen(connector)).stored), first);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "a name removed is refused, and the others stay",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      await apply(connector, subject.authority.next([first, second]));
      await apply(connector, subject.authority.next([second]));
      await expectObeyed(subject, connector, [second]);
      await expectLet(subject, [false, true, false]);
    },
  },
  {
    name: "what is read back is the server's, not what was last sent",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      await apply(connector, subject.authority.next([first]));
      await apply(subject.connector(), subject.authority.next([second]));
      // Sequences have moved on by another's hand; reading must still work and say what is there now.
      await expectObeyed(subject, connector, [second]);
    },
  },
  {
    name: "sending the same list again changes nothing and is accepted",
    run: async (subject) => {
      const connector = subject.connector();
      const change = subject.authority.next([subject.partners[0]]);
      await apply(connector, change);
      const before = await settled(subject, connector);
      await apply(connector, change);
      await apply(subject.connector(), change);
      const after = await seen(connector);
      assert.deepEqual(after.position, before.position);
      assert.equal(sorted(after.stored), sorted(before.stored));
      if (connector.limits.verifiesSignature) assert.equal(before.position?.digest, change.list.digest);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "what is called effective is what the server does: not before it, and within the time that its limits state",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      await apply(connector, subject.authority.next([first]));
      await expectObeyed(subject, connector, [first]);
      await expectLet(subject, [true, false]);
      await apply(connector, subject.authority.next([second]));
      for (const names of obeyed(await seen(connector))) await expectLet(subject, [names === first, names === second]);
      await expectObeyed(subject, connector, [second]);
      await expectLet(subject, [false, true]);
    },
  },
  {
    name: "a name with a port is let in, and the same name without it is not",
    needs: "portsInNames",
    run: async (subject) => {
      const connector = subject.connector();
      const bare = subject.partners[2].replace(/:\d+$/, "") as ServerName;
      const withPort = `${bare}:8449` as ServerName;
      await apply(connector, subject.authority.next([withPort]));
      await expectObeyed(subject, connector, [withPort]);
      assert.equal(await subject.lets(withPort), true);
      assert.equal(await subject.lets(bare), false);
    },
  },
  {
    name: "after a restart the server holds the same list",
    run: async (subject) => {
      await apply(subject.connector(), subject.authority.next([subject.partners[0]]));
      await subject.restart();
      await expectObeyed(subject, subject.connector(), [subject.partners[0]]);
      await expectLet(subject, [true, false, false]);
    },
  },
];

const refusals: readonly ContractLaw[] = [
  {
    name: "a list for another server is refused aloud and changes nothing",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      await apply(connector, subject.authority.next([first]));
      const foreign = subject.authority.next([second], { audience: second });
      assert.equal(fault(await connector.apply(foreign, soon())).kind, "refuses");
      await expectObeyed(subject, connector, [first]);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "a list of an earlier version is refused aloud and changes nothing",
    needs: "keepsOrder",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      const old = subject.authority.next([second]);
      await apply(connector, old);
      await apply(connector, subject.authority.next([first]));
      assert.equal(fault(await connector.apply(old, soon())).kind, "refuses");
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "another list under the same version is refused aloud",
    needs: "keepsOrder",
    run: async (subject) => {
      const connector = subject.connector();
      const [first, second] = subject.partners;
      const change = subject.authority.next([first]);
      await apply(connector, change);
      const fork = subject.authority.next([second], { version: change.list.version });
      assert.equal(fault(await connector.apply(fork, soon())).kind, "refuses");
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "a list by a key that no keyset names is refused aloud",
    needs: "verifiesSignature",
    run: async (subject) => {
      const connector = subject.connector();
      await apply(connector, subject.authority.next([]));
      const change = subject.authority.next([subject.partners[0]]);
      const list = change.list.list.replace(
        /"ed25519:list-1":"(.)/,
        (_, first) => `"ed25519:list-1":"${first === "A" ? "B" : "A"}`,
      );
      const forged = { ...change, list: { ...change.list, list } };
      assert.equal(fault(await connector.apply(forged, soon())).kind, "refuses");
      await expectLet(subject, [false, false, false]);
    },
  },
];

const faults: readonly ContractLaw[] = [
  {
    name: "a reply that was lost is a fault, and sending again completes it",
    run: async (subject) => {
      let left = 1;
      const losing = onCall(subject.calls.write, async (http, url, request) => {
        const answer = await http(url, request);
        if (!answer.ok || answer.value.status !== 200 || left === 0) return answer;
        left -= 1;
        return err({ code: "broken", detail: "reply lost" });
      });
      const connector = subject.connector(losing);
      const change = subject.authority.next([subject.partners[0]]);
      assert.equal(fault(await connector.apply(change, soon())).kind, "away");
      await apply(connector, change);
      await expectObeyed(subject, connector, [subject.partners[0]]);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "a server that does not answer is given up with the caller's signal",
    run: async (subject) => {
      const hanging: Shape = () => (_url, request) =>
        new Promise((resolve) => {
          const give = (): void => resolve(err({ code: "timeout", detail: "no answer in time" }));
          request?.signal?.addEventListener("abort", give, { once: true });
        });
      const connector = subject.connector(hanging);
      const given = connector.observe(AbortSignal.timeout(50));
      const late = sleep(2000, undefined, { ref: false });
      const result = await Promise.race([given, late]);
      assert.ok(result !== undefined, "still waiting long after the signal");
      assert.equal(fault(result).kind, "away");
    },
  },
  {
    name: "an answer that is not the server's JSON is a fault, never success",
    run: async (subject) => {
      const change = subject.authority.next([]);
      await apply(subject.connector(), change);
      const page: Shape = (http) => async (url, request) => {
        const answer = await http(url, request);
        return answer.ok ? ok(withBody(answer.value, "<html>sign in</html>")) : answer;
      };
      const connector = subject.connector(page);
      assert.equal(fault(await connector.apply(change, soon())).kind, "untrusted");
      assert.equal(fault(await connector.observe(soon())).kind, "untrusted");
    },
  },
];

const proofs: readonly ContractLaw[] = [
  {
    name: "an old answer played again is not believed",
    needs: "verifiesSignature",
    run: async (subject) => {
      await apply(subject.connector(), subject.authority.next([]));
      let first: Result<HttpAnswer, never> | undefined;
      const replaying = onCall(subject.calls.read, async (http, url, request) => {
        if (first !== undefined) return first;
        const answer = await http(url, request);
        if (answer.ok) first = answer;
        return answer;
      });
      const connector = subject.connector(replaying);
      await seen(connector);
      assert.equal(fault(await connector.observe(soon())).kind, "untrusted");
    },
  },
  {
    name: "names that the signature does not cover are not believed",
    needs: "verifiesSignature",
    run: async (subject) => {
      const [first, second] = subject.partners;
      await apply(subject.connector(), subject.authority.next([first]));
      const lying = onCall(subject.calls.read, async (http, url, request) => {
        const answer = await http(url, request);
        if (!answer.ok) return answer;
        return ok(withBody(answer.value, new TextDecoder().decode(answer.value.body).replaceAll(first, second)));
      });
      assert.equal(fault(await subject.connector(lying).observe(soon())).kind, "untrusted");
    },
  },
  {
    name: "a receipt by a key that is not pinned is not believed",
    needs: "verifiesSignature",
    run: async (subject) => {
      await apply(subject.connector(), subject.authority.next([]));
      const pinnedKeys = { "ed25519:other": newKeyPair().publicKey };
      const connector = subject.connector(undefined, { pinnedKeys });
      assert.equal(fault(await connector.observe(soon())).kind, "untrusted");
    },
  },
];

/** Every law, each to be run on a server of its own. */
export const CONTRACT_LAWS: readonly ContractLaw[] = [...lifecycle, ...refusals, ...faults, ...proofs];

/**
 * The laws that a vendor with these limits holds, and those that it cannot: its README and the pages say the latter.
 */
export const lawsOf = (
  limits: Limits,
): { readonly holds: readonly ContractLaw[]; readonly cannotHold: readonly ContractLaw[] } => {
  const { verifiesSignature, keepsOrder = verifiesSignature } = limits;
  const can = { ...limits, keepsOrder };
  const holds = ({ needs }: ContractLaw): boolean => needs === undefined || can[needs];
  return { holds: CONTRACT_LAWS.filter(holds), cannotHold: CONTRACT_LAWS.filter((law) => !holds(law)) };
};
