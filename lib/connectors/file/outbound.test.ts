import { expect, it } from "vitest";
import { err, ok } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Http } from "#lib/platform/http.ts";
import { newOutbound } from "./outbound.ts";

const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};
const a = named("chat.a.example");
const signal = AbortSignal.timeout(10_000);
const nowhere = async (): Promise<never> => {
  throw Object.assign(new Error("none"), { code: "ENOTFOUND" });
};

it("finds where each listed name is, follows when it moves, and keeps what it found while nobody answers", async () => {
  let delegated: string | undefined = "matrix.a.example:8443";
  const http: Http = async (url) =>
    delegated === undefined
      ? err({ code: "timeout", detail: "no answer in time" })
      : ok({ status: 200, headers: {}, body: new TextEncoder().encode(`{"m.server":"${delegated}"}`), url });
  const outbound = newOutbound({ http, resolveSrv: nowhere });
  const wellKnown = { host: a, port: 443 };
  expect(await outbound([a], signal)).toEqual({ [a]: [wellKnown, { host: "matrix.a.example", port: 8443 }] });
  delegated = undefined;
  expect(await outbound([a], signal)).toEqual({ [a]: [wellKnown, { host: "matrix.a.example", port: 8443 }] });
  delegated = "new.a.example:443";
  expect(await outbound([a], signal)).toEqual({ [a]: [wellKnown, { host: "new.a.example", port: 443 }] });
  expect(await outbound([named("192.0.2.7:8449")], signal)).toEqual({
    "192.0.2.7:8449": [{ host: "192.0.2.7", port: 8449 }],
  });
  delegated = undefined;
  // A name that left the list is looked for anew when it comes back.
  expect(await outbound([a], signal)).toEqual({ [a]: [wellKnown, { host: a, port: 8448 }] });
});
