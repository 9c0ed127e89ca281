import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { RunningProcess } from "#bin/run/processes.ts";
import { newFolder, startNginx } from "#lib/connectors/file/programs.fixture.ts";
import { TEMPLATES } from "#lib/connectors/file/templates/all.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { SERVER_NAMES } from "./agencies.ts";
import { startAgentBeside } from "./beside.ts";
import { type Authority, certificateOf } from "./ca.ts";
import { doorOf } from "./doors.ts";
import { type Link, startLink } from "./link.ts";
import { connectHomeserver } from "./servers.ts";
import { DoesNotHold, type Evidence, type FurtherStep, hold, type Scene } from "./story.ts";
import type { RunningSynapse } from "./synapse.ts";
import { chatterOn, type Ground, startGround, startServer, type WorldWish } from "./world.ts";

type Nginx = Awaited<ReturnType<typeof startNginx>> & { readonly rules: string; readonly folder: string };

/** A Synapse with the gate; one that federates with everybody, the nginx before it, and its agent's link to the portal. */
type Fronted = {
  readonly near: RunningSynapse;
  readonly upstream: RunningSynapse;
  readonly nginx: Nginx;
  readonly link: Link;
};

/** The portal between a real Synapse with the gate (`fv`) and one without it, behind a real nginx (`ts`). */
export type NginxWorld = Ground & Scene & Fronted & { readonly agent: RunningProcess };

const PARTS = {
  fv: "chat.fv.example: Synapse, real, with the module",
  ts: "chat.ts.example: Synapse, real, without the module and open to everybody",
  before: "nginx, real, before ts: it lets in by a file that the agent writes",
  agent: "tillit agent, real, a process of its own; it reaches the portal over a link that can be cut",
} as const;

/** Fetching, writing, reloading and reading back ten times take seconds on a busy machine. */
const PATIENCE_MS = 30_000;
const TICK_MS = 100;
const STRANGER = "stranger.example";

const named = (text: string): ServerName => {
  const read = parseServerName(text);
  if (!read.ok) throw new Error(`${text} is no server name`);
  return read.value;
};

const startFront = async (ca: Authority, upstream: RunningSynapse, ending: Ground["ending"]): Promise<Nginx> => {
  const { folder, remove } = await newFolder();
  // Its workers may be another user's: they pass through here to their own files.
  await chmod(folder, 0o711);
  const rules = join(folder, "tillit.rules");
  const position = { epoch: 0, version: 0, digest: "sha256:none" };
  await writeFile(rules, TEMPLATES.nginx.render({ audience: named(upstream.serverName), position, names: [] }));
  const tls = certificateOf(ca, upstream.serverName);
  const nginx = await startNginx({ folder, rules, upstream: upstream.baseUrl, tls });
  ending.add(nginx.process);
  ending.addGround({ name: "nginx's folder", stop: remove });
  return { ...nginx, rules, folder };
};

const startServers = async (
  wish: WorldWish,
  base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">,
): Promise<Fronted & Pick<Scene, "chat">> => {
  const { ca, proxy, ending, foundation } = base;
  const [fv, ts] = await Promise.all([
    startServer(wish, base, "fv"),
    startServer({ ...wish, withoutGates: true }, base, "ts"),
  ]);
  ending.add(fv.process, ts.process);
  const nginx = await startFront(ca, ts, ending);
  proxy.map(ts.serverName, nginx.port);
  const link = await startLink(foundation.port);
  ending.add({ name: "the agent's link", stop: link.close });
  const chat = { fv: await chatterOn(ca, fv, "fv"), ts: await chatterOn(ca, ts, "ts") };
  return { near: fv, upstream: ts, nginx, link, chat };
};

const connectAll = async (each: Ground, { nginx, link }: Fronted): Promise<RunningProcess> => {
  const { rules: path, folder, config, pidFile, readBackPort } = nginx;
  const people = { administrator: "cecilia", approver: "david" };
  const target = {
    kind: "file",
    template: "nginx",
    path,
    mode: "644",
    check: ["nginx", "-t", "-q", "-c", config, "-e", join(folder, "error.log")],
    reload: { signal: "SIGHUP", pidFile },
    readBack: { nginx: `http://127.0.0.1:${readBackPort}/tillit` },
  };
  const dir = join(each.foundation.layout.home, "demo", "agent");
  const portal = `http://127.0.0.1:${link.port}`;
  const serverName = SERVER_NAMES.ts;
  const { promise: running, resolve } = Promise.withResolvers<RunningProcess>();
  await Promise.all([
    connectHomeserver(each, "fv", { administrator: "astrid", approver: "bo" }),
    connectHomeserver(each, "ts", people, async (found) => {
      const agent = await startAgentBeside({ as: each.as, people, found, serverName, dir, portal, target });
      each.ending.add(agent);
      resolve(agent);
    }),
  ]);
  return running;
};

/** What the partner's name and a stranger's meet from outside, at nginx and at the server that it hides. */
const lookFrom = async (ca: Authority, { nginx, upstream }: Fronted) => {
  const [partner, stranger, strangerBehind] = await Promise.all([
    doorOf(ca, nginx.port, SERVER_NAMES.fv, SERVER_NAMES.ts),
    doorOf(ca, nginx.port, STRANGER, SERVER_NAMES.ts),
    doorOf(ca, upstream.port, STRANGER, SERVER_NAMES.ts),
  ]);
  return { partner, stranger, strangerBehind };
};

/** Waits until nginx lets the partner in, or gives it the same answer as a stranger. */
const watchDoor = async (ca: Authority, fronted: Fronted, wantsOpen: boolean): Promise<Evidence> => {
  const begun = performance.now();
  for (;;) {
    const doors = await lookFrom(ca, fronted);
    const msAfterDecision = Math.round(performance.now() - begun);
    if (doors.partner.isOpen === wantsOpen) {
      const alike = JSON.stringify(doors.partner) === JSON.stringify(doors.stranger);
      return hold(alike !== wantsOpen && !doors.stranger.isOpen, { msAfterDecision, doors });
    }
    if (msAfterDecision > PATIENCE_MS) throw new DoesNotHold({ msAfterDecision, doors });
    await pause(TICK_MS);
  }
};

/** While the partner is let in, whoever else asks is given one answer, and only nginx stands in between. */
const strangerRefused = (ca: Authority, fronted: Fronted): FurtherStep => ({
  step: "stranger_refused",
  play: async () => {
    const doors = await lookFrom(ca, fronted);
    const { partner, stranger, strangerBehind } = doors;
    const other = await doorOf(ca, fronted.nginx.port, "another.example", SERVER_NAMES.ts);
    const uniform = JSON.stringify(other) === JSON.stringify(stranger);
    return hold(partner.isOpen && stranger.status === 403 && strangerBehind.isOpen && uniform, { ...doors, uniform });
  },
});

const watchOf = (ca: Authority, fronted: Fronted): NonNullable<Scene["watch"]> => ({
  doors: async () => {
    const doors = await lookFrom(ca, fronted);
    const alike = JSON.stringify(doors.partner) === JSON.stringify(doors.stranger);
    return hold(alike && doors.partner.status === 403, { parts: PARTS, doors });
  },
  opening: () => watchDoor(ca, fronted, true),
  shutting: () => watchDoor(ca, fronted, false),
});

/** Brings up the portal, a Synapse with the gate, and one behind nginx, which an agent drives. */
export const startNginxWorld = async (wish: WorldWish): Promise<NginxWorld> => {
  const start = (base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">) => startServers(wish, base);
  const { started, connected: agent, ...ground } = await startGround(wish, start, connectAll);
  return {
    ...ground,
    ...started,
    agent,
    patienceMs: PATIENCE_MS,
    watch: watchOf(ground.ca, started),
    further: { in_force: [strangerRefused(ground.ca, started)] },
  };
};
