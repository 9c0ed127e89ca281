import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type JsonObject } from "#lib/domain/canonical.ts";
import { DAY, HOUR, instant } from "#lib/domain/instant.ts";
import { err, ok } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Http, HttpFailureCode, HttpRequest } from "#lib/platform/http.ts";
import { newKeyPair, publicHalf, signJson, verifySignedJson } from "#lib/platform/signed-json.ts";
import { cacheTime, type Discovery, discover, type ResolveSrv } from "./discovery.ts";
import { probe, probeRound } from "./probe.ts";
import { verdictOf } from "./probe-rules.ts";
import { judgeKeyChange, verifyServerKeys } from "./server-keys.ts";
import { overriddenTarget } from "./target.ts";
import { signRequest } from "./x-matrix.ts";

const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};
type Reply =
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  | HttpFailureCode;
/** Answers as told, and remembers what was asked. */
const web = (reply: (url: string, request: HttpRequest) => Reply): { http: Http; asked: string[] } => {
  const asked: string[] = [];
  const http: Http = async (url, request = {}) => {
    asked.push(url);
    const told = reply(url, request);
    if (typeof told === "string") return err({ code: told, detail: "" });
    return ok({ status: told.status, headers: told.headers ?? {}, body: new TextEncoder().encode(told.body), url });
  };
  return { http, asked };
};
const noSrv: ResolveSrv = async () => {
  throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
};
const place = ({ target }: Discovery): string =>
  `${target.host}:${target.port} as ${target.tlsName}${target.hostPort === undefined ? "" : `:${target.hostPort}`}`;

describe("discovery (server-server API, Server discovery)", () => {
  const find = (name: string, wellKnown: Reply, resolveSrv: ResolveSrv = noSrv) =>
    discover(named(name), { http: web(() => wellKnown).http, resolveSrv });
  const delegate = (to: string): Reply => ({ status: 200, body: JSON.stringify({ "m.server": to }) });
  const srvAt =
    (prefix: string): ResolveSrv =>
    async (name) =>
      name.startsWith(prefix)
        ? [
            { name: "far.example", port: 1, priority: 20, weight: 0 },
            { name: "srv.example", port: 443, priority: 10, weight: 5 },
          ]
        : noSrv(name);

  it.each<[string, string, Reply, string]>([
    ["an IPv4 literal: its default port", "192.0.2.7", "refused", "192.0.2.7:8448 as 192.0.2.7"],
    ["an IPv6 literal with a port", "[2001:db8::7]:99", "refused", "[2001:db8::7]:99 as [2001:db8::7]:99"],
    ["a stated port", "a.example:8449", delegate("b.example"), "a.example:8449 as a.example:8449"],
    ["delegation to a port", "a.example", delegate("b.example:443"), "b.example:443 as b.example:443"],
    ["delegation to an address", "a.example", delegate("192.0.2.9"), "192.0.2.9:8448 as 192.0.2.9"],
    ["delegation to a bare name", "a.example", delegate("b.example"), "b.example:8448 as b.example"],
    ["no well-known", "a.example", { status: 404, body: "" }, "a.example:8448 as a.example"],
    ["a well-known that is HTML", "a.example", { status: 200, body: "<html>" }, "a.example:8448 as a.example"],
    ["a well-known that is no name", "a.example", delegate("https://b.example/"), "a.example:8448 as a.example"],
    ["nobody at the name", "a.example", "dns", "a.example:8448 as a.example"],
  ])("%s", async (_what, name, wellKnown, expected) => {
    expect(place(await find(name, wellKnown))).toBe(expected);
  });

  it("asks _matrix-fed first, then the older record, by priority, and keeps the name on the certificate", async () => {
    expect(place(await find("a.example", "refused", srvAt("_matrix-fed._tcp.")))).toBe("srv.example:443 as a.example");
    expect(place(await find("a.example", "refused", srvAt("_matrix._tcp.")))).toBe("srv.example:443 as a.example");
    expect(place(await find("a.example", delegate("b.example"), srvAt("_matrix-fed._tcp.b.")))).toBe(
      "srv.example:443 as b.example",
    );
  });

  it("looks nothing up where a port is stated or an override is given", async () => {
    const { http, asked } = web(() => "refused");
    await discover(named("a.example:8449"), { http, resolveSrv: noSrv });
    const override = { host: "10.0.0.5", port: 9000 };
    const found = await discover(named("a.example"), { http, resolveSrv: noSrv, override });
    expect(asked).toEqual([]);
    expect(place(found)).toBe("10.0.0.5:9000 as a.example");
    expect(found.steps.map(({ step }) => step)).toEqual(["override"]);
  });

  it("names the mend of a broken or guarded well-known, and tells each step as it ends", async () => {
    const told: string[] = [];
    const { http } = web(() => ({ status: 200, body: "{}" }));
    const found = await discover(named("a.example"), {
      http,
      resolveSrv: noSrv,
      onStep: ({ step }) => told.push(step),
    });
    expect(found.steps[1]).toMatchObject({ step: "well_known", state: "fail", fix: "fix_well_known" });
    expect(told).toEqual(["name", "well_known", "srv"]);
    expect((await find("a.example", "private_address")).steps[1]?.fix).toBe("fix_private_address");
  });

  it("calls an SRV answer unknown where the resolver failed, not absent", async () => {
    const failing: ResolveSrv = async () => {
      throw Object.assign(new Error("away"), { code: "ETIMEOUT" });
    };
    expect((await find("a.example", "refused", failing)).steps[2]).toMatchObject({ step: "srv", state: "unknown" });
  });

  it("holds a well-known as long as it says, never beyond 48 hours, and a failure at most an hour", async () => {
    expect(cacheTime({}, 0)).toBe(DAY);
    expect(cacheTime({ "cache-control": "public, max-age=60" }, 0)).toBe(60_000);
    expect(cacheTime({ "cache-control": "max-age=999999999" }, 0)).toBe(2 * DAY);
    expect(cacheTime({ "cache-control": "no-store" }, 0)).toBe(0);
    expect(cacheTime({ expires: new Date(5 * HOUR).toUTCString() }, HOUR)).toBe(4 * HOUR);
    expect((await find("a.example", "timeout")).cacheFor).toBe(HOUR);
  });
});

describe("signed JSON and server keys", () => {
  const now = instant(1_800_000_000_000);
  const key = newKeyPair();
  const answer = (by: { keyId: string; privateKey: string }[], over: object = {}): JsonObject =>
    by.reduce<JsonObject>((document, signer) => signJson(document, "a.example", signer), {
      server_name: "a.example",
      valid_until_ts: now + 30 * DAY,
      verify_keys: { "ed25519:1": { key: key.publicKey } },
      old_verify_keys: {},
      signatures: {},
      ...over,
    });
  const own = { keyId: "ed25519:1", privateKey: key.privateKey };
  const codeOf = (document: JsonObject): string => {
    const read = verifyServerKeys(document, "a.example", now);
    return read.ok ? Object.keys(read.value.keys).join(" ") : read.error.code;
  };

  it("signs as the specification's own example does (appendices, Cryptographic Test Vectors)", () => {
    const privateKey = "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1";
    expect(publicHalf(privateKey)).toBe("XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI");
    const signed = signJson({}, "domain", { keyId: "ed25519:1", privateKey });
    expect(canonicalJson(signed)).toBe(
      '{"signatures":{"domain":{"ed25519:1":"K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"}}}',
    );
  });

  it("verifies what it signed, and nothing that was changed since", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.integer()), fc.string(), (content, extra) => {
        fc.pre(!["signatures", "unsigned"].some((name) => name in content || name === extra) && !(extra in content));
        const signed = signJson(content, "a.example", own);
        expect(verifySignedJson(signed, "a.example", own.keyId, key.publicKey).ok).toBe(true);
        expect(verifySignedJson({ ...signed, [extra]: 0 }, "a.example", own.keyId, key.publicKey).ok).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it("takes only keys that signed the answer themselves, of that name and not run out", () => {
    expect(codeOf(answer([own]))).toBe("ed25519:1");
    expect(codeOf(answer([]))).toBe("no_self_signed_key");
    expect(codeOf(answer([{ ...own, privateKey: newKeyPair().privateKey }]))).toBe("no_self_signed_key");
    expect(codeOf(answer([own], { server_name: "b.example" }))).toBe("wrong_server_name");
    expect(codeOf(answer([own], { valid_until_ts: now - 1 }))).toBe("keys_expired");
    const idle = { "ed25519:1": { key: key.publicKey }, "ed25519:idle": { key: newKeyPair().publicKey } };
    expect(codeOf(answer([own], { verify_keys: idle }))).toBe("ed25519:1");
  });

  it("calls a new key rotated only where a pinned one signed for it", () => {
    const next = newKeyPair();
    const nextSigner = { keyId: "ed25519:2", privateKey: next.privateKey };
    const keys = { verify_keys: { "ed25519:2": { key: next.publicKey } } };
    const judge = (document: JsonObject, pinned = { "ed25519:1": key.publicKey } as Record<string, string>): string => {
      const fresh = verifyServerKeys(document, "a.example", now);
      if (!fresh.ok) throw new Error(fresh.error.code);
      return judgeKeyChange(pinned, fresh.value, "a.example").kind;
    };
    expect(judge(answer([own]))).toBe("same");
    expect(judge(answer([own, nextSigner], keys))).toBe("rotated");
    expect(judge(answer([nextSigner], keys))).toBe("changed");
    const sameId = { ...nextSigner, keyId: "ed25519:1" };
    expect(judge(answer([sameId], { verify_keys: { "ed25519:1": { key: next.publicKey } } }))).toBe("changed");
  });

  it("signs a request over method, uri, origin, destination and content", () => {
    const request = { method: "GET", uri: "/x", origin: named("a.example"), destination: named("b.example") };
    const header = signRequest(request, own);
    const signature = /sig="([^"]+)"/.exec(header)?.[1] ?? "";
    const document = { ...request, signatures: { "a.example": { "ed25519:1": signature } } };
    expect(header).toMatch(/^X-Matrix origin="a\.example",destination="b\.example",key="ed25519:1",sig="/);
    expect(verifySignedJson(document, "a.example", "ed25519:1", key.publicKey).ok).toBe(true);
  });
});

describe("the probe", () => {
  it.each<[number, string | undefined, string, string]>([
    [403, "M_FORBIDDEN", "Federation denied with a.example.", "not_listed"],
    [401, "M_UNAUTHORIZED", "Invalid signature for server a.example", "listed_or_open"],
    [200, undefined, "", "listed_or_open"],
    [401, "M_UNAUTHORIZED", "Destination mismatch in auth header", "unknown"],
    [401, "M_UNAUTHORIZED", "Missing Authorization headers", "unknown"],
    [403, "M_FORBIDDEN", "Blocked by a proxy", "unknown"],
    [403, undefined, "", "unknown"],
    [502, undefined, "", "unknown"],
    [404, "M_UNRECOGNIZED", "", "unknown"],
    [429, "M_LIMIT_EXCEEDED", "", "unknown"],
  ])("reads %i %s %s as %s", (status, errcode, error, verdict) => {
    expect(verdictOf(status, errcode, error)).toBe(verdict);
  });

  const target = overriddenTarget(named("b.example"), { host: "b.example", port: 8448 });
  const listed = { origin: named("a.example"), keyId: "ed25519:1" };
  const stranger = { origin: named("probe.federation.example"), keyId: "ed25519:p" };
  const denied = (who: string): Reply => ({
    status: 403,
    body: `{"errcode":"M_FORBIDDEN","error":"Federation denied with ${who}."}`,
  });
  const unsigned: Reply = { status: 401, body: '{"errcode":"M_UNAUTHORIZED","error":"Invalid signature for server"}' };
  const gateOf = async (forStranger: Reply): Promise<string> => {
    const { http } = web((_url, request) =>
      request.headers?.["authorization"]?.includes(stranger.origin) ? forStranger : unsigned,
    );
    return (await probeRound(http, target, [listed], stranger)).gate;
  };

  it("counts only where a stranger was refused in the same round, and finds an open gate", async () => {
    expect(await gateOf(denied(stranger.origin))).toBe("shut_to_strangers");
    expect(await gateOf(unsigned)).toBe("open");
    expect(await gateOf("timeout")).toBe("unknown");
    expect(await gateOf({ status: 403, body: "<html>" })).toBe("unknown");
    expect(await gateOf({ status: 200, body: "<html>" })).toBe("unknown");
    expect(await gateOf({ status: 200, body: '{"server":{"name":"Synapse","version":"1"}}' })).toBe("open");
  });

  it("never shows a door shut because of a failure, and keeps the failure as evidence", async () => {
    const { http } = web(() => "tls");
    expect(await probe(http, target, listed)).toMatchObject({ verdict: "unknown", failure: { code: "tls" } });
  });
});
