import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HOUR } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { movableClock } from "#lib/platform/clock.ts";
import { fingerprintOf } from "#lib/signing/signing.ts";
import { Agent, type AgentMeans } from "./agent.ts";
import { LocalDeny } from "./deny.ts";
import { enrolAt } from "./enrol.ts";
import { loadIdentity, pinsOf, saveIdentity, USUAL_RULES } from "./identity.ts";
import { PortalDouble } from "./portal.fixture.ts";
import { portalAt } from "./portal.ts";
import { ServerDouble } from "./server.fixture.ts";

const [self] = ["self.example"] as [ServerName];
const signal = new AbortController().signal;

/** A portal, a server and an agent between them, which has not enrolled yet. */
export const newScene = async () => {
  const folder = await mkdtemp(join(tmpdir(), "agent-"));
  const clock = movableClock(1_795_432_936_151);
  const portal = new PortalDouble(self, clock);
  const server = new ServerDouble(clock);
  const said: string[] = [];
  const prints = () => Object.values(portal.authority.rootKeys).map(fingerprintOf);
  const way = () => portalAt("https://portal.example", portal.http, undefined);
  const enrol = (over: { code?: string; fingerprints?: readonly string[]; clock?: typeof clock } = {}) =>
    enrolAt(
      way(),
      self,
      { code: portal.code ?? "used-up-used-up-used", fingerprints: prints(), ...over },
      { clock: over.clock ?? clock, software: "test 1", signal },
    );
  const begin = async (over: Partial<AgentMeans> = {}): Promise<Agent> => {
    const identity = await loadIdentity(folder, self);
    if (!identity.ok) throw new Error(identity.error);
    const pins = pinsOf(identity.value, USUAL_RULES);
    if (!pins.ok) throw new Error(pins.error);
    return Agent.load({
      identity: identity.value,
      pins: pins.value,
      lease: HOUR,
      portal: way(),
      connector: server.connector,
      deny: new LocalDeny(undefined),
      folder,
      clock,
      software: "test 1",
      say: (what, details) => said.push(`${what} ${JSON.stringify(details)}`),
      ...over,
    });
  };
  const enrolled = async (): Promise<void> => {
    const identity = await enrol();
    if (!identity.ok) throw new Error(identity.error);
    await saveIdentity(folder, identity.value);
  };
  return {
    self,
    folder,
    clock,
    portal,
    server,
    said,
    signal,
    enrol,
    enrolled,
    begin,
    close: () => rm(folder, { recursive: true }),
  };
};
export type Scene = Awaited<ReturnType<typeof newScene>>;
