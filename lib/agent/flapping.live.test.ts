import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileConnector } from "#lib/connectors/file/connector.ts";
import { localHttp } from "#lib/connectors/file/local-http.ts";
import { fileSettingsForm } from "#lib/connectors/file/settings.ts";
import { DAY, HOUR, MINUTE } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { LocalDeny } from "./deny.ts";
import { newScene, type Scene } from "./scene.fixture.ts";

const [a, b] = ["a.example", "b.example"] as [ServerName, ServerName];
const CHOICES: readonly (readonly ServerName[])[] = [[], [a], [b], [a, b]];
const LIFE = 3 * DAY;

/** The same file target as an agency would choose; what stands in it is what the door would be. */
const fileTarget = ({ folder, clock, self }: Scene) => {
  const form = fileSettingsForm.parse({ template: "continuwuity", path: join(folder, "rules") });
  const connector = fileConnector({ serverName: self, form, clock, http: localHttp });
  const lets = async (name: ServerName): Promise<boolean> => {
    const seen = await connector.observe(new AbortController().signal);
    if (!seen.ok) throw new Error(seen.error.detail);
    return seen.value.stored.mode !== "closed" || seen.value.stored.allow.has(name);
  };
  return { connector, lets };
};

type Case = {
  readonly whenStale: "keep" | "shut";
  readonly target: "double" | "file";
  readonly seed: number;
  readonly hours: number;
};
const CASES: readonly Case[] = [
  { whenStale: "keep", target: "double", seed: 1, hours: 24 },
  { whenStale: "shut", target: "double", seed: 2, hours: 24 },
  { whenStale: "keep", target: "file", seed: 3, hours: 24 },
  { whenStale: "shut", target: "file", seed: 4, hours: 240 },
];

it.each(CASES)(
  "$hours h of a flapping link with restarts and denials, $whenStale when stale, $target, seed $seed: what was signed, no more",
  async ({ whenStale, target, seed, hours }) => {
    const scene = await newScene();
    const { clock, portal: double, server, said, signal, folder } = scene;
    await scene.enrolled();
    const file = fileTarget(scene);
    const lets = target === "file" ? file.lets : async (name: ServerName) => server.lets(name);
    let random = seed;
    const chance = (of: number): boolean => {
      random = (random * 48_271) % 2_147_483_647;
      return random % of === 0;
    };
    const lists = new Map<number, readonly ServerName[]>();
    const sign = (): void => {
      const names = CHOICES[double.newestVersion % 4] ?? [];
      double.sign(names, { whenStale });
      lists.set(double.newestVersion, names);
    };
    const path = join(folder, "deny");
    let denied: readonly ServerName[] = [];
    await writeFile(path, "");
    const connector = target === "file" ? file.connector : server.connector;
    const begin = () => scene.begin({ connector, deny: new LocalDeny(path) });
    sign();
    let agent = await begin();
    await agent.turn(0, signal);
    const seen = { held: 1, cuts: 0, stale: 0, until: clock.now() + LIFE };
    const step = hours > 24 ? 10 * MINUTE : MINUTE;
    for (let at = 0; at < hours * HOUR; at += step) {
      clock.advance(step);
      // Past 24 hours the link is mostly down, so that lists outlive their time.
      const flips = hours > 24 ? chance(double.up ? 20 : 500) : chance(7);
      if (flips) {
        double.up = !double.up;
        seen.cuts += 1;
      }
      const news = chance(31);
      if (news) sign();
      else if (double.up) double.renew(LIFE);
      if (chance(41)) {
        denied = denied.length === 0 ? [a] : [];
        await writeFile(path, denied.join("\n"));
      }
      if (chance(53)) agent = await begin();
      await agent.turn(0, signal);
      await agent.settle(signal);
      const version = agent.held?.version ?? 0;
      expect(version).toBeGreaterThanOrEqual(seen.held);
      if (double.up) {
        expect([version, ...said.filter((line) => line.includes(" was refused "))]).toEqual([double.newestVersion]);
        seen.until = clock.now() + LIFE;
      }
      seen.held = version;
      const stale = clock.now() >= seen.until;
      seen.stale += stale ? 1 : 0;
      const names = stale && whenStale === "shut" ? [] : (lists.get(version) ?? []);
      const open = (name: ServerName): boolean => names.includes(name) && !denied.includes(name);
      expect([await lets(a), await lets(b)]).toEqual([open(a), open(b)]);
    }
    expect(seen.cuts).toBeGreaterThan(hours > 24 ? 4 : 100);
    expect(seen.stale > 0).toBe(hours > 24);
    expect(double.refused).toEqual([]);
    await scene.close();
  },
  120_000,
);
