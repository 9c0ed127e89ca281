import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { err } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Http } from "#lib/platform/http.ts";
import { connectorContract } from "../contract.ts";
import { ELEMENT_ESS_LIMITS } from "./connector.ts";
import { type EssSubject, startEssSubject } from "./subject.ts";
import { PLACEHOLDER } from "./wire.ts";

connectorContract("element_ess (simulated)", ELEMENT_ESS_LIMITS, startEssSubject, 15_000);

let subject: EssSubject;
const soon = () => AbortSignal.timeout(20_000);
const apply = (names: readonly ServerName[], shape?: (http: Http) => Http) =>
  subject.connector(shape).apply(subject.authority.next(names), soon());
const observe = () => subject.connector().observe(soon());
const many = (count: number): ServerName[] =>
  Array.from({ length: count }, (_, at) => `s${String(at).padStart(4, "0")}.example` as ServerName);
const codeOf = (result: { ok: boolean; error?: { code: string; kind: string } }) =>
  result.ok ? "done" : `${result.error?.kind} ${result.error?.code}`;

describe("a server of Element's suite", () => {
  beforeEach(async () => {
    subject = await startEssSubject({ beforeFirstList: "closed" });
  });
  afterEach(() => subject.stop());

  describe("the list of its gateway", () => {
    test("is read over all its pages and written a page at a time, and read again costs no write", async () => {
      const names = many(345);
      expect(codeOf(await apply(names))).toBe("done");
      const before = await subject.server.report();
      expect(new Set(before.entries)).toEqual(new Set([...names, PLACEHOLDER]));
      expect(codeOf(await apply(names))).toBe("done");
      expect((await subject.server.report()).writes).toBe(before.writes);
      const seen = await observe();
      expect(seen.ok && seen.value.stored).toEqual({ mode: "closed", allow: new Set(names) });
    });

    test("with a pattern in it is open, an alarm that names the pattern, and the next list takes it out", async () => {
      const [first] = subject.partners;
      for (const pattern of ["*.example", "*", "Chat.A.Example", "*.a.example"]) {
        await subject.server.edit([PLACEHOLDER, first, pattern]);
        const seen = await observe();
        expect(seen.ok && [seen.value.stored.mode, seen.value.alarms], pattern).toEqual(["open", ["open"]]);
        expect(seen.ok && seen.value.detail).toContain(pattern);
        expect(codeOf(await apply([first]))).toBe("done");
        expect((await subject.server.report()).entries).not.toContain(pattern);
      }
    });

    test("that is absent or empty is open, an alarm, never closed to nobody", async () => {
      await subject.server.edit([]);
      const empty = await observe();
      expect(empty.ok && [empty.value.stored.mode, empty.value.alarms]).toEqual(["open", ["open"]]);
      await subject.server.trouble({ absent: true });
      const absent = await observe();
      expect(absent.ok && [absent.value.effective[0]?.policy.mode, absent.value.alarms]).toEqual(["open", ["open"]]);
      expect(codeOf(await apply([]))).toBe("refuses module_absent");
    });

    test("is never empty on the way from one list to the next", async () => {
      const [first, second] = subject.partners;
      expect(codeOf(await apply([first]))).toBe("done");
      const lengths: number[] = [];
      const watching =
        (http: Http): Http =>
        async (url, request) => {
          const answer = await http(url, request);
          lengths.push((await subject.server.report()).entries.length);
          return answer;
        };
      expect(codeOf(await apply([second], watching))).toBe("done");
      expect(codeOf(await apply([], watching))).toBe("done");
      expect(Math.min(...lengths)).toBeGreaterThan(0);
    });

    test("edited by hand meanwhile is brought back, and the server's own name is left alone", async () => {
      const [first, second] = subject.partners;
      expect(codeOf(await apply([first]))).toBe("done");
      await subject.server.edit([PLACEHOLDER, second, subject.self]);
      expect(codeOf(await apply([first]))).toBe("done");
      expect((await subject.server.report()).entries.toSorted()).toEqual([PLACEHOLDER, first, subject.self].toSorted());
    });

    test("is left as it is where the portal only observes", async () => {
      await subject.server.edit([]);
      const change = subject.authority.next([subject.partners[0]], { mode: "observe" });
      expect(codeOf(await subject.connector().apply(change, soon()))).toBe("done");
      expect((await subject.server.report()).entries).toEqual([]);
    });

    test("that changes while it is read is read again, and given up rather than half believed", async () => {
      let turn = 0;
      const names = many(150);
      await subject.server.edit([PLACEHOLDER, ...names]);
      const moving =
        (most: number) =>
        (http: Http): Http =>
        async (url, request) => {
          const answer = await http(url, request);
          turn += 1;
          if (turn <= most) await subject.server.edit([PLACEHOLDER, ...names, ...many(150 + turn).slice(150)]);
          return answer;
        };
      expect(codeOf(await subject.connector(moving(1)).observe(soon()))).toBe("done");
      turn = 0;
      await subject.server.edit([PLACEHOLDER, ...names]);
      await subject.server.edit([PLACEHOLDER, ...names]);
      expect(codeOf(await subject.connector(moving(100)).observe(soon()))).toBe("away list_moving");
    });
  });

  describe("its gateway at fault", () => {
    const cases = [
      ["refuses the credential", "good", "wrong", "refuses credential_refused"],
      ["calls the credential expired", "expired", undefined, "refuses credential_expired"],
      ["misses the permission", "not_admin", undefined, "refuses permission_missing"],
    ] as const;
    test.for(cases)("%s: one clear state, and nothing changes", async ([, token, wrong, code]) => {
      const before = await subject.server.report();
      await subject.server.trouble({ token });
      const shape = (http: Http): Http =>
        wrong === undefined
          ? http
          : (url, request) => http(url, { ...request, headers: { authorization: "Bearer wrong" } });
      expect(codeOf(await apply([subject.partners[0]], shape))).toBe(code);
      expect(codeOf(await subject.connector(shape).observe(soon()))).toBe(code);
      await subject.server.trouble({});
      expect((await subject.server.report()).entries).toEqual(before.entries);
    });

    test("answers 200 and does nothing: never success, and nothing is believed applied", async () => {
      await subject.server.trouble({ lies: true });
      expect(codeOf(await apply([subject.partners[0]]))).toBe("untrusted not_applied");
      expect(await subject.lets(subject.partners[0])).toBe(false);
    });

    test("answers after the time-out: the change stands, the call is a fault, and the next one writes nothing", async () => {
      await subject.server.trouble({ lateMs: 700 });
      const hurried =
        (http: Http): Http =>
        (url, request) =>
          request?.method === "PUT" ? http(url, { ...request, timeoutMs: 150 }) : http(url, request);
      expect(codeOf(await apply([subject.partners[0]], hurried))).toBe("away timeout");
      await subject.server.trouble({});
      const { writes } = await subject.server.report();
      expect(codeOf(await apply([subject.partners[0]]))).toBe("done");
      expect((await subject.server.report()).writes).toBe(writes);
      expect(await subject.lets(subject.partners[0])).toBe(true);
    });

    test("stops with half the list applied: a fault, no door too many, finished by the next", async () => {
      const names = many(345);
      await subject.server.trouble({ writesLeft: 2 });
      expect(codeOf(await apply(names))).toBe("away server_error");
      const half = await subject.server.report();
      expect(half.entries.length).toBe(201);
      expect(half.entries.filter((entry) => entry !== PLACEHOLDER && !names.includes(entry as ServerName))).toEqual([]);
      await subject.server.trouble({});
      expect(codeOf(await apply(names))).toBe("done");
      expect((await subject.server.report()).entries.length).toBe(346);
    });

    test("loses every answer: away, never refused, never applied", async () => {
      const losing = (): Http => async () => err({ code: "timeout", detail: "no answer in time" });
      expect(codeOf(await apply([], losing))).toBe("away timeout");
    });
  });
});
