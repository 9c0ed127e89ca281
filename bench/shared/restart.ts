import { join } from "node:path";
import { ROOT } from "#bin/run/layout.ts";
import type { AgencyKey } from "#demo/people.ts";
import { startSynapse } from "#demo/synapse.ts";
import type { World } from "#demo/world.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import { newHttp } from "#lib/platform/http.ts";

const KEYS: readonly AgencyKey[] = ["fv", "ts"];

const named = (text: string) => {
  const name = parseServerName(text);
  if (!name.ok) throw new RangeError(text);
  return name.value;
};

/** Two Synapses of the same kind without the gate: what is open stands in their YAML, as it does without the product. */
const startBoth = (world: World, open: boolean) =>
  Promise.all(
    KEYS.map((key) => {
      const { serverName } = world.synapses[key];
      const other = world.synapses[key === "fv" ? "ts" : "fv"].serverName;
      return startSynapse({
        serverName,
        dir: join(world.foundation.layout.home, "demo", `restart-${key}`),
        ca: world.ca,
        python: join(ROOT, ".tillit/venv/bin/python"),
        proxyUrl: world.proxy.url,
        extra: { federation_domain_whitelist: open ? [other] : [] },
      });
    }),
  );

/**
 * How long the way without the product takes: the file of both servers edited, both restarted at once, until both are
 * seen from outside as wanted.
 *
 * @returns one time for each round, in ms; rounds open and shut in turn
 */
export const restartRounds = async (world: World, rounds: number): Promise<readonly number[]> => {
  const { fetch, close } = newHttp({ allowPrivateAddresses: true });
  let running = await startBoth(world, false);
  const times: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const wanted = at % 2 === 0 ? "listed_or_open" : "not_listed";
    const started = performance.now();
    await Promise.all(running.map((server) => server.stop()));
    running = await startBoth(world, wanted === "listed_or_open");
    await Promise.all(
      running.map(async ({ serverName, port }, place) => {
        const target = {
          serverName: named(serverName),
          host: "127.0.0.1",
          port,
          tlsName: serverName,
          ca: world.ca.pem,
        };
        const other = running[1 - place];
        const as = { origin: named(other?.serverName ?? ""), keyId: other?.keyId ?? "" };
        let seen = await probe(fetch, target, as);
        while (seen.verdict !== wanted) seen = await probe(fetch, target, as);
      }),
    );
    times.push(performance.now() - started);
  }
  await Promise.all(running.map((server) => server.stop()));
  close();
  return times;
};
