import { rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOrExit } from "#bin/run/start.ts";
import { startWorld } from "#demo/world.ts";
import { type Figure, figure, report } from "./shared/figures.ts";
import { measureInstallation } from "./shared/installation.ts";

/** From a bare clone to a seeded portal with two homeservers, and the same again over what the first start left. */
const GOAL_S = 20;

const settings = settingsOrExit();
const home = join(settings.home, `bench-${process.pid}`);
const figures: Figure[] = [];

const start = async (name: string): Promise<number> => {
  const started = performance.now();
  let last = started;
  const say = (line: string): void => {
    const now = performance.now();
    if (name === "first") {
      const measured = { value: (now - last) / 1000, unit: "s" };
      figures.push(figure(`first start: ${line.slice(0, 60)}`, measured, { text: "printed", holds: null }));
    }
    last = now;
    process.stderr.write(`${line}\n`);
  };
  const world = await startWorld({
    settings: { ...settings, home, environment: "demo", federationId: settings.federationId ?? "demo.tillit.example" },
    say,
    plots: true,
  });
  const seconds = (performance.now() - started) / 1000;
  await world.ending.end("measured");
  return seconds;
};

const PRINTED = { text: "printed", holds: null };

try {
  const installed = await measureInstallation();
  for (const { step, seconds } of installed)
    figures.push(figure(`installation: ${step}`, { value: seconds, unit: "s" }, PRINTED));
  const whole = installed.reduce((sum, { seconds }) => sum + seconds, 0);
  figures.push(figure("installation, whole", { value: whole, unit: "s" }, PRINTED));
  const first = await start("first");
  const second = await start("second");
  figures.push(figure("first start, whole", { value: first, unit: "s" }, PRINTED));
  const goal = { text: `< ${GOAL_S} s`, holds: (value: number) => value < GOAL_S };
  figures.push(figure("second start, whole", { value: second, unit: "s" }, goal));
  report("start", figures);
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exit();
