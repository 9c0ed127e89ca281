import assert from "node:assert/strict";
import { SECOND } from "#lib/domain/instant.ts";
import { CONTRACT_LAWS, lawsOf } from "../contract-laws.ts";
import { ROCKETCHAT_LIMITS } from "./connector.ts";
import { CACHE, expectFault, faultOfRead, LOGIN, push, roundAs, seen, soon, type VendorLaw } from "./law.fixture.ts";
import { PROBE_LAWS } from "./probe-laws.fixture.ts";
import type { Table } from "./simulator/table.ts";
import { named, type Simulated, simulatedRocketChat } from "./subject.fixture.ts";
import { faultOf, NOBODY, readVersion, SETTING_PATH } from "./wire.ts";

const credentials: readonly VendorLaw[] = [
  {
    name: "a credential that the server does not know is refused, and one that worked before has expired",
    run: async (subject) => {
      const connector = subject.connector();
      await seen(subject, connector);
      subject.server.conduct.authToken = "another";
      expectFault(await faultOfRead(subject, connector), "credential_expired", "refuses");
      expectFault(await faultOfRead(subject), "credential_refused", "refuses");
      // The login is asked for before anything else.
      subject.server.conduct.permissions = [];
      expectFault(await faultOfRead(subject), "credential_refused", "refuses");
    },
  },
  {
    name: "a credential without the permission to read or to write says which of its own",
    run: async (subject) => {
      subject.server.conduct.permissions = ["view-privileged-setting"];
      await seen(subject);
      const before = subject.server.log.length;
      expectFault(await push(subject, []), "permission_missing", "refuses");
      assert.equal(subject.server.log.length, before + 1);
      subject.server.conduct.permissions = [];
      expectFault(await faultOfRead(subject), "permission_missing", "refuses");
      // Asked for before the number of calls and before the body.
      for (let call = 0; call < 12; call += 1) {
        const answer = await subject.http(`https://${subject.self}${SETTING_PATH}`, {
          method: "POST",
          body: "{",
          headers: LOGIN,
        });
        assert.ok(answer.ok);
        expectFault(faultOf(answer.value), "permission_missing", "refuses");
      }
    },
  },
  {
    name: "two factors demanded and two factors refused are two faults, and nothing is written",
    run: async (subject) => {
      subject.server.conduct.twoFactor = true;
      expectFault(await push(subject, [subject.partners[0]]), "two_factor_required", "refuses");
      const expectRefusedFactor = async (): Promise<void> => {
        const wrong = await subject.http(`https://${subject.self}${SETTING_PATH}`, {
          method: "POST",
          body: JSON.stringify({ value: "x.example" }),
          headers: { ...LOGIN, "x-2fa-code": "000000", "x-2fa-method": "totp" },
        });
        assert.ok(wrong.ok);
        expectFault(faultOf(wrong.value), "two_factor_refused", "refuses");
      };
      await expectRefusedFactor();
      assert.equal(subject.server.stored(), NOBODY);
      await seen(subject);
      // Asked for before the setting is looked up.
      subject.server.conduct.knowsList = false;
      expectFault(await push(subject, []), "two_factor_required", "refuses");
      await expectRefusedFactor();
    },
  },
];

const calls: readonly VendorLaw[] = [
  {
    name: "the connectors of one host together stay under its limit, and say when they may go on",
    run: async (subject) => {
      await seen(subject);
      let waited = 0;
      for (let call = 0; call < 20; call += 1) {
        const observed = await subject.connector().observe(soon());
        if (observed.ok) continue;
        expectFault(observed.error, "rate_limited", "away");
        waited += 1;
      }
      assert.ok(waited > 0, "never waited");
      assert.equal(subject.server.log.filter((line) => line === `GET ${SETTING_PATH}`).length, 9);
      subject.server.clock.advance(CACHE);
      await seen(subject);
    },
  },
  {
    name: "the version is told whole to one who is signed in, and shortened to a stranger",
    run: async (subject) => {
      for (const [headers, version] of [
        [LOGIN, "8.8.1"],
        [{}, "8.8"],
      ] as const) {
        const answer = await subject.http(`https://${subject.self}/api/info`, { headers });
        assert.ok(answer.ok);
        assert.equal(readVersion(answer.value), version);
      }
    },
  },
  {
    name: "where others use up the limit, the server's own word is kept until its time has passed",
    run: async (subject) => {
      const ask = () =>
        subject.http(`https://${subject.self}${SETTING_PATH}`, {
          headers: LOGIN,
        });
      for (let call = 0; call < 10; call += 1) {
        const answer = await ask();
        assert.ok(answer.ok && answer.value.status === 200, "refused within its limit");
      }
      subject.server.clock.advance(20 * SECOND);
      expectFault(await faultOfRead(subject), "rate_limited", "away");
      const asked = subject.server.log.length;
      subject.server.clock.advance(39 * SECOND);
      expectFault(await faultOfRead(subject), "rate_limited", "away");
      assert.ok(!subject.server.log.slice(asked).includes(`GET ${SETTING_PATH}`), "called while told to wait");
      subject.server.clock.advance(2 * SECOND);
      await seen(subject);
    },
  },
  {
    name: "a version without the list says so, also to one who has used up its calls",
    run: async (subject) => {
      subject.server.conduct.knowsList = false;
      expectFault(await faultOfRead(subject), "setting_absent", "refuses");
      expectFault(await push(subject, []), "setting_absent", "refuses");
      for (let call = 0; call < 10; call += 1)
        await subject.http(`https://${subject.self}${SETTING_PATH}`, {
          headers: LOGIN,
        });
      expectFault(await faultOfRead(subject), "rate_limited", "away");
    },
  },
  {
    name: "a body that does not parse is an empty one, which is refused before it counts as a call",
    run: async (subject) => {
      for (let call = 0; call < 12; call += 1) {
        const answer = await subject.http(`https://${subject.self}${SETTING_PATH}`, {
          method: "POST",
          body: "{",
          headers: LOGIN,
        });
        assert.ok(answer.ok);
        expectFault(faultOf(answer.value), "request_refused", "refuses");
      }
    },
  },
  {
    name: "the eleventh write in a minute is refused for its number, whatever factor it lacks",
    run: async (subject) => {
      subject.server.conduct.twoFactor = true;
      const write = () =>
        subject.http(`https://${subject.self}${SETTING_PATH}`, {
          method: "POST",
          body: JSON.stringify({ value: "x.example" }),
          headers: LOGIN,
        });
      for (let call = 0; call < 10; call += 1) await write();
      const last = await write();
      assert.ok(last.ok);
      expectFault(faultOf(last.value), "rate_limited", "away");
    },
  },
  {
    name: "a server that says yes and stores nothing is found out by reading back",
    run: async (subject) => {
      subject.server.conduct.ignoresWrites = true;
      expectFault(await push(subject, [subject.partners[0]]), "not_stored", "refuses");
    },
  },
];

const lists: readonly VendorLaw[] = [
  {
    name: "nobody is written as a name that cannot resolve, never as an empty list",
    run: async (subject) => {
      subject.server.set("chat.a.example");
      assert.equal(await push(subject, []), undefined);
      assert.equal(subject.server.stored(), "none.invalid");
      subject.server.clock.advance(CACHE);
      assert.equal((await roundAs(subject, subject.partners)).gate, "shut_to_strangers");
    },
  },
  {
    name: "an empty list, or one of commas alone, is called open and is open",
    run: async (subject) => {
      for (const value of ["", " , ,"]) {
        subject.server.set(value);
        subject.server.clock.advance(CACHE);
        const observed = await seen(subject);
        assert.equal(observed.stored.mode, "open");
        assert.ok(observed.alarms.includes("open"));
        assert.equal((await roundAs(subject, subject.partners)).gate, "open");
      }
    },
  },
  {
    name: "a list edited by hand is read as it is, however it is written",
    run: async (subject) => {
      subject.server.set(" Chat.A.example ,, chat.evil.example,");
      const { stored } = await seen(subject);
      assert.ok(stored.mode === "closed");
      assert.deepEqual([...stored.allow].toSorted(), ["chat.a.example", "chat.evil.example"]);
      subject.server.set("*.example");
      assert.equal((await seen(subject)).stored.mode, "unknown");
    },
  },
  {
    name: "a name with a port is never written, the others are, and the fault names it",
    run: async (subject) => {
      const fault = await push(subject, [named("chat.d.example:8448"), subject.partners[0]]);
      expectFault(fault, "port_in_name", "refuses");
      assert.equal(fault?.detail, "chat.d.example:8448");
      assert.equal(subject.server.stored(), "chat.a.example");
    },
  },
  {
    name: "nothing is called effective before a minute has passed in which nothing else was stored",
    run: async (subject) => {
      const [first] = subject.partners;
      const connector = subject.connector();
      await roundAs(subject, [first]);
      subject.server.clock.advance(CACHE - 1);
      const done = await connector.apply(subject.authority.next([first]), soon());
      assert.ok(done.ok);
      const pushed = await seen(subject, connector);
      assert.equal(pushed.effective[0]?.policy.mode, "unknown");
      assert.equal(pushed.effectiveAt, subject.clock.now() + CACHE);
      // The server read its list anew just before the change would have been seen.
      assert.equal(await subject.lets(first), false);
      subject.server.clock.advance(1);
      assert.equal(await subject.lets(first), true);
      subject.server.set(NOBODY);
      subject.server.clock.advance(CACHE - 2);
      assert.equal(await subject.lets(first), true);
      assert.equal((await seen(subject, connector)).effective[0]?.policy.mode, "unknown");
      subject.server.clock.advance(CACHE);
      assert.equal((await seen(subject, connector)).effective[0]?.policy.mode, "closed");
      assert.equal(await subject.lets(first), false);
    },
  },
];

/** What holds for Rocket.Chat beside the contract. */
export const VENDOR_LAWS: readonly VendorLaw[] = [...credentials, ...calls, ...lists, ...PROBE_LAWS];

/** Runs the contract and the vendor's laws against a simulator that works by this table, up to the first that breaks. */
export const firstBroken = async (table: Table): Promise<string | undefined> => {
  const { holds } = lawsOf(ROCKETCHAT_LIMITS);
  const contract = CONTRACT_LAWS.filter((law) => holds.includes(law) && !law.name.includes("does not answer"));
  const all = [
    ...VENDOR_LAWS.map(({ name, run }) => ({ name, run, stored: NOBODY })),
    ...contract.map(({ name, run, beforeFirstList }) => ({
      name,
      run: (subject: Simulated) => run(subject),
      stored: beforeFirstList === "open" ? "" : NOBODY,
    })),
  ];
  for (const { name, run, stored } of all) {
    try {
      await run(simulatedRocketChat(table, stored));
    } catch {
      return name;
    }
  }
  return undefined;
};
