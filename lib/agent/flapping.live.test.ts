import { expect, it } from "vitest";
import { DAY, MINUTE } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { newScene } from "./scene.fixture.ts";

const [a, b] = ["a.example", "b.example"] as [ServerName, ServerName];

it.each([1, 2, 3])(
  "24 hours of a flapping link with restarts, seed %i: the server lets in what was signed, no more",
  async (seed) => {
    const { clock, portal: double, server, said, signal, enrolled, begin, close } = await newScene();
    await enrolled();
    let random = seed;
    const chance = (of: number): boolean => {
      random = (random * 48_271) % 2_147_483_647;
      return random % of === 0;
    };
    const lists = new Map<number, readonly ServerName[]>();
    const sign = (names: readonly ServerName[]): void => {
      double.sign(names);
      lists.set(double.newestVersion, names);
    };
    sign([a]);
    let agent = await begin();
    await agent.turn(0, signal);
    let held = 1;
    let cuts = 0;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      clock.advance(MINUTE);
      if (chance(7)) {
        double.up = !double.up;
        cuts += 1;
      }
      const news = chance(31);
      if (news) sign([[], [a], [b], [a, b]][double.newestVersion % 4] ?? []);
      if (chance(53)) agent = await begin();
      if (!news && minute % 5 === 0) double.renew(3 * DAY);
      await agent.turn(0, signal);
      await agent.settle(signal);
      const version = agent.held?.version ?? 0;
      expect(version).toBeGreaterThanOrEqual(held);
      if (double.up)
        expect([version, ...said.filter((line) => line.includes(" was refused "))]).toEqual([double.newestVersion]);
      held = version;
      const names = lists.get(version) ?? [];
      expect([server.lets(a), server.lets(b)]).toEqual([names.includes(a), names.includes(b)]);
    }
    expect(cuts).toBeGreaterThan(100);
    expect(double.refused).toEqual([]);
    await close();
  },
);
