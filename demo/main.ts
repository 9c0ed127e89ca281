import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#bin/run/layout.ts";
import { freePort, type RunningProcess, startProcess } from "#bin/run/processes.ts";
import { settingsOrExit } from "#bin/run/start.ts";
import { agencyOf, FEDERATION, SERVER_NAMES } from "./agencies.ts";
import { type AgencyKey, CHATTERS, PEOPLE } from "./people.ts";
import { storyCommand } from "./play.ts";
import { startWorld, type World } from "./world.ts";

const CHAT_PORT = 4_200;
const KEYS: readonly AgencyKey[] = ["fv", "ts"];

const startChatPage = async (world: World, port: number): Promise<RunningProcess> => {
  const users = KEYS.map((key) => {
    const { userId, accessToken, serverName, baseUrl } = world.chat[key];
    const person = CHATTERS.find(({ agency }) => agency === key)?.displayName ?? key;
    return { key, name: `${person}, ${agencyOf(key).nameSv}`, userId, accessToken, serverName, baseUrl };
  });
  const chat = startProcess({
    name: "chat page",
    command: process.execPath,
    args: [join(ROOT, "demo/chat-process.ts")],
    env: { PATH: process.env["PATH"] ?? "", DEMO_CHAT: JSON.stringify({ port, ca: world.ca.pem, users }) },
    cwd: ROOT,
    logFile: join(world.foundation.layout.log, "chat.log"),
  });
  world.ending.add(chat);
  return chat;
};

/** What anyone needs to drive the demo with curl. Readable by its owner alone: it holds sessions and tokens. */
const writeDemoFile = (world: World, chatUrl: string): string => {
  const file = join(world.foundation.layout.home, "demo.json");
  const content = {
    portal: world.foundation.baseUrl,
    api: `${world.foundation.baseUrl}/api/v1`,
    chat: chatUrl,
    provider: world.issuer,
    people: PEOPLE.map(({ subject, name, role, agency }) => ({
      subject,
      name,
      role,
      agency: agency === undefined ? null : world.seeded.agencies[agency],
      cookie: world.cookies[subject],
    })),
    homeservers: KEYS.map((key) => {
      const { serverName, baseUrl } = world.synapses[key];
      const { userId, accessToken } = world.chat[key];
      const agency = world.seeded.agencies[key];
      return { serverName, agency, baseUrl, caFile: world.ca.certFile, users: [{ userId, accessToken }] };
    }),
  };
  writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  return file;
};

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const introduce = (world: World, chatUrl: string, file: string, seconds: string): void => {
  print("");
  print(`DEMO of ${FEDERATION.name}, ready after ${seconds} s`);
  print(`  portal   ${world.foundation.baseUrl}`);
  print(`  chat     ${chatUrl}`);
  print(`  curl     ${file} holds a session for each person and the homeservers' tokens`);
  print(`  servers  ${SERVER_NAMES.fv}, ${SERVER_NAMES.ts}: Synapse; ${SERVER_NAMES.alv}: Rocket.Chat, simulated`);
  print(`  people   ${PEOPLE.map(({ name }) => name).join(", ")}: pick one when signing in`);
  print("  end      Ctrl-C");
};

/** `demo`: the portal with two real homeservers and invented agencies, until it is told to end; or its story. */
export const demo = async (args: readonly string[]): Promise<number> => {
  if (args.includes("--story")) return storyCommand(args);
  const begun = performance.now();
  const settings = { ...settingsOrExit(), environment: "demo" as const, federationId: FEDERATION.id };
  const world = await startWorld({ settings, say: print, plots: true });
  const port = await freePort(CHAT_PORT, (other) => print(`port ${CHAT_PORT} is taken: the chat page is on ${other}`));
  await startChatPage(world, port);
  const chatUrl = `http://127.0.0.1:${port}/`;
  const file = writeDemoFile(world, chatUrl);
  introduce(world, chatUrl, file, ((performance.now() - begun) / 1_000).toFixed(1));
  const reason = await world.ending.over;
  print(`ended: ${reason}`);
  return reason.startsWith("SIG") || reason.startsWith("the launcher") ? 0 : 1;
};
