import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Http, HttpAnswer } from "#lib/platform/http.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import type { Change, Connector, ConnectorFault, Observed } from "./connector.ts";
import type { ContractLaw, Subject } from "./contract-subject.ts";

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

const expectObeyed = async (connector: Connector, names: readonly string[]): Promise<void> => {
  const observed = obeyed(await seen(connector));
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
const onRoute =
  (route: string, answer: (http: Http, ...call: Parameters<Http>) => ReturnType<Http>): Shape =>
  (http) =>
  (url, request) =>
    url.endsWith(`/${route}`) ? answer(http, url, request) : http(url, request);

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
      await expectObeyed(connector, []);
      await expectLet(subject, [false, false, false]);
    },
  },
  {
    name: "a server that is open is called open, never closed to nobody",
    beforeFirstList: "open",
    run: async (subject) => {
      const connector = subject.connector();
      await apply(connector, subject.authority.next([], { mode: "observe" }));
      assert.deepEqual(obeyed(await seen(connector)), ["(open)"]);
      await expectLet(subject, [true]);
    },
  },
  {
    name: "a name added is let in, stored and obeyed, and no other is",
    run: async (subject) => {
      const connector = subject.connector();
      const [first] = subject.partners;
      await apply(connector, subject.authority.next([first]));
      await expectObeyed(connector, [first]);
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
      await expectObeyed(connector, [second]);
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
      await expectObeyed(connector, [second]);
    },
  },
  {
    name: "sending the same list again changes nothing and is accepted",
    run: async (subject) => {
      const connector = subject.connector();
      const change = subject.authority.next([subject.partners[0]]);
      await apply(connector, change);
      const before = (await seen(connector)).position;
      await apply(connector, change);
      await apply(subject.connector(), change);
      assert.deepEqual((await seen(connector)).position, before);
      assert.equal(before?.digest, change.list.digest);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "after a restart the server holds the same list",
    run: async (subject) => {
      await apply(subject.connector(), subject.authority.next([subject.partners[0]]));
      await subject.restart();
      await expectObeyed(subject.connector(), [subject.partners[0]]);
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
      await expectObeyed(connector, [first]);
      await expectLet(subject, [true, false, false]);
    },
  },
  {
    name: "a list of an earlier version is refused aloud and changes nothing",
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
      const losing = onRoute("list", async (http, url, request) => {
        const answer = await http(url, request);
        if (!answer.ok || answer.value.status !== 200 || left === 0) return answer;
        left -= 1;
        return err({ code: "broken", detail: "reply lost" });
      });
      const connector = subject.connector(losing);
      const change = subject.authority.next([subject.partners[0]]);
      assert.equal(fault(await connector.apply(change, soon())).kind, "away");
      await apply(connector, change);
      await expectObeyed(connector, [subject.partners[0]]);
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
    run: async (subject) => {
      await apply(subject.connector(), subject.authority.next([]));
      let first: Result<HttpAnswer, never> | undefined;
      const replaying = onRoute("ask", async (http, url, request) => {
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
    run: async (subject) => {
      const [first, second] = subject.partners;
      await apply(subject.connector(), subject.authority.next([first]));
      const lying = onRoute("ask", async (http, url, request) => {
        const answer = await http(url, request);
        if (!answer.ok) return answer;
        return ok(withBody(answer.value, new TextDecoder().decode(answer.value.body).replaceAll(first, second)));
      });
      assert.equal(fault(await subject.connector(lying).observe(soon())).kind, "untrusted");
    },
  },
  {
    name: "a receipt by a key that is not pinned is not believed",
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
