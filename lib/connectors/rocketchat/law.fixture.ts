import assert from "node:assert/strict";
import { SECOND } from "#lib/domain/instant.ts";
import { probeRound } from "#lib/matrix/probe.ts";
import type { Observed } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";
import { GOOD_CONDUCT } from "./simulator/server.ts";
import { named, type Simulated } from "./subject.fixture.ts";

/** One thing that must be so between the connector, the probe and a Rocket.Chat. */
export type VendorLaw = { readonly name: string; readonly run: (subject: Simulated) => Promise<void> };

export const LOGIN = { "x-user-id": GOOD_CONDUCT.userId, "x-auth-token": GOOD_CONDUCT.authToken };
export const CACHE = 60 * SECOND;
export const soon = (): AbortSignal => AbortSignal.timeout(5000);

export const seen = async (subject: Simulated, connector = subject.connector()): Promise<Observed> => {
  const observed = await connector.observe(soon());
  assert.ok(observed.ok, "the server was not read");
  return observed.value;
};
export const push = async (
  subject: Simulated,
  names: Simulated["partners"][number][],
): Promise<ConnectorFault | undefined> => {
  const done = await subject.connector().apply(subject.authority.next(names), soon());
  return done.ok ? undefined : done.error;
};
export const faultOfRead = async (subject: Simulated, connector = subject.connector()): Promise<ConnectorFault> => {
  const observed = await connector.observe(soon());
  assert.ok(!observed.ok, "read what had to be refused");
  return observed.error;
};
export const expectFault = (fault: ConnectorFault | undefined, code: string, kind: ConnectorFault["kind"]): void => {
  assert.equal(fault?.code, code);
  assert.equal(fault?.kind, kind);
};
const stranger = { origin: named("probe.example"), keyId: "ed25519:none" };
export const roundAs = (subject: Simulated, names: readonly Simulated["self"][]) =>
  probeRound(
    subject.http,
    subject.target,
    names.map((origin) => ({ origin, keyId: "ed25519:a" })),
    stranger,
    { platform: "rocketchat" },
  );
