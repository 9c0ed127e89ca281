import { randomInt } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent, type AgentMeans } from "#lib/agent/agent.ts";
import { keepConsentEnd } from "#lib/agent/consent-ends.ts";
import { LocalDeny } from "#lib/agent/deny.ts";
import { enrolAt } from "#lib/agent/enrol.ts";
import { loadIdentity, pinsOf, saveIdentity } from "#lib/agent/identity.ts";
import { shutServer } from "#lib/agent/own-list.ts";
import { portalAt } from "#lib/agent/portal.ts";
import { pullAnswer } from "#lib/agent/pull.ts";
import { runAgent } from "#lib/agent/run.ts";
import { type AgentSettings, readAgentSettings } from "#lib/agent/settings.ts";
import { targetOf } from "#lib/agent/target.ts";
import { localHttp } from "#lib/connectors/file/local-http.ts";
import { replaceFile } from "#lib/connectors/file/target.ts";
import { MINUTE } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newHttp } from "#lib/platform/http.ts";
import { NOTHING_ACCEPTED } from "#lib/signing/signing.ts";

const AGENT_SOFTWARE = "tillit-agent 1.0";
const EX_USAGE = 64;
const AGENT_USAGE = `usage: tillit agent enrol --settings FILE --code-file FILE --fingerprint "XXXX XXXX …"
       tillit agent run --settings FILE
       tillit agent import LIST --settings FILE [--receipt FILE]
       tillit agent shut --settings FILE
       tillit agent end-consent FILE --settings FILE

enrol   makes this agent's key and lets it in with a one-time code ("-" reads the code from standard input)
run     fetches the list, holds the server to it, and reports; until it is told to end
import  takes a list that was carried here as a file, holds the server to it once, and writes the receipt to a file
shut    lets nobody in at the server, without portal or list; the next run puts its list back
end-consent  keeps the end of a consent that the agency signed (tillit consent end), for ever
`;

const say: AgentMeans["say"] = (what, details) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), what, ...details })}\n`);
};
const fail = (words: string): number => {
  process.stderr.write(`tillit agent: ${words}\n`);
  return 1;
};

const httpOf = ({ portal }: AgentSettings) => {
  // The agent calls its own agency's servers and portals in closed networks: private addresses are where it lives.
  const guarded = newHttp({ allowPrivateAddresses: true });
  return { http: guarded.fetch, toPortal: portal.startsWith("http:") ? localHttp : guarded.fetch };
};

const portalOf = async (settings: AgentSettings) => {
  const { portal, portalCa } = settings;
  const ca = portalCa === undefined ? undefined : await readFile(portalCa, "utf8");
  return portalAt(portal, httpOf(settings).toPortal, ca);
};

const codeFrom = async (path: string): Promise<string> => {
  if (path !== "-") return (await readFile(path, "utf8")).trim();
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString().trim();
};

type Options = { readonly "code-file"?: string; readonly fingerprint?: readonly string[]; readonly receipt?: string };

const enrol = async (settings: AgentSettings, options: Options): Promise<number> => {
  const { "code-file": file, fingerprint = [] } = options;
  if (file === undefined) return fail("--code-file is missing: make a code on the server's page in the portal");
  const code = await codeFrom(file);
  const means = { clock: systemClock, software: AGENT_SOFTWARE, signal: AbortSignal.timeout(60_000) };
  const enrolled = await enrolAt(
    await portalOf(settings),
    settings.serverName,
    { code, fingerprints: fingerprint },
    means,
  );
  if (!enrolled.ok) return fail(enrolled.error);
  const { state } = settings;
  // What was accepted under another key or portal says nothing here.
  for (const name of ["accepted.json", "progress.json"]) await rm(join(state, name), { force: true });
  const saved = await saveIdentity(state, enrolled.value);
  if (!saved.ok) return fail(`enrolled, but the key cannot be kept, so make a new code: ${saved.error.detail}`);
  process.stdout.write(`enrolled as ${enrolled.value.keyId} for ${settings.serverName}\n`);
  return 0;
};

const whoIs = async (settings: AgentSettings) => {
  const identity = await loadIdentity(settings.state, settings.serverName);
  if (!identity.ok) return identity.error;
  const pins = pinsOf(identity.value, settings.rules);
  return pins.ok ? { identity: identity.value, pins: pins.value } : pins.error;
};

const targetFor = (settings: AgentSettings, identity: AgentMeans["identity"]) =>
  targetOf(settings, identity, { http: httpOf(settings).http, clock: systemClock });

const load = async (settings: AgentSettings, portal: AgentMeans["portal"]): Promise<Agent | string> => {
  const who = await whoIs(settings);
  if (typeof who === "string") return who;
  const connector = await targetFor(settings, who.identity);
  if (!connector.ok) return connector.error;
  return Agent.load({
    ...who,
    lease: settings.leaseMinutes * MINUTE,
    portal,
    connector: connector.value,
    deny: new LocalDeny(settings.localDeny),
    folder: settings.state,
    clock: systemClock,
    software: AGENT_SOFTWARE,
    say,
  });
};

const shut = async (settings: AgentSettings): Promise<number> => {
  const who = await whoIs(settings);
  if (typeof who === "string") return fail(who);
  const connector = await targetFor(settings, who.identity);
  if (!connector.ok) return fail(connector.error);
  const { serverName } = settings;
  const done = await shutServer(connector.value, serverName, systemClock.now(), AbortSignal.timeout(120_000));
  if (!done.ok) return fail(`${done.error.code}: ${done.error.detail}`);
  const restart = done.value === "awaiting_restart" ? " once it has been restarted" : "";
  process.stdout.write(`${serverName} lets nobody in${restart}; a running agent puts its list back within a minute\n`);
  return 0;
};

const endConsent = async (settings: AgentSettings, path: string): Promise<number> => {
  const who = await whoIs(settings);
  if (typeof who === "string") return fail(who);
  const text = (await readFile(path, "utf8")).trim();
  const kept = await keepConsentEnd(settings.state, who.pins, NOTHING_ACCEPTED, text);
  if (!kept.ok) return fail(kept.error);
  process.stdout.write("the consent has ended for ever; a running agent shuts its door within seconds\n");
  return 0;
};

const run = async (settings: AgentSettings): Promise<number> => {
  const agent = await load(settings, await portalOf(settings));
  if (typeof agent === "string") return fail(agent);
  const ending = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => ending.abort());
  const sleep = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal }).catch(() => undefined);
  const random = () => randomInt(1_000_000) / 1_000_000;
  say("running", { server: settings.serverName, portal: settings.portal, software: AGENT_SOFTWARE });
  await runAgent(agent, { random, sleep }, ending.signal);
  say("ended", {});
  return 0;
};

const importList = async (settings: AgentSettings, path: string, { receipt }: Options): Promise<number> => {
  const read = pullAnswer.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!read.success) return fail(`${path} is no list that was exported: run tillit list export in the portal`);
  const portal = await portalOf(settings);
  const written: string[] = [];
  const report: AgentMeans["portal"]["report"] = async (document) => {
    written.push(JSON.stringify(document));
    return { ok: true, value: true };
  };
  const agent = await load(settings, { ...portal, report });
  if (typeof agent === "string") return fail(agent);
  const taken = await agent.take(read.data.documents);
  if (!taken.ok) return fail(`${taken.error.code} ${taken.error.detail}: what was in force stays in force`);
  await agent.settle(AbortSignal.timeout(120_000));
  const [words] = written;
  if (receipt !== undefined && words !== undefined) {
    const saved = await replaceFile(receipt, words, 0o600);
    if (!saved.ok) return fail(saved.error.detail);
  }
  const { epoch = 0, version = 0 } = agent.held ?? {};
  process.stdout.write(`list ${epoch}.${version} is in force at the agent\n`);
  return 0;
};

const optionsOf = (args: readonly string[]) => {
  try {
    const text = { type: "string" } as const;
    const options = {
      settings: text,
      "code-file": text,
      receipt: text,
      fingerprint: { ...text, multiple: true },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
};

const WITH_FILE: Readonly<
  Record<string, (settings: AgentSettings, file: string, options: Options) => Promise<number>>
> = {
  import: importList,
  "end-consent": endConsent,
};
const ALONE: Readonly<Record<string, (settings: AgentSettings, options: Options) => Promise<number>>> = {
  enrol,
  run,
  shut,
};

/**
 * `tillit agent enrol|run|import|shut|end-consent`: what runs beside a homeserver, and all of it that the bundled file is
 * made of.
 *
 * @returns the exit status: 0 done, 1 with what to do on standard error, 64 for wrong arguments
 */
export const agentCommand = async (args: readonly string[]): Promise<number> => {
  const read = optionsOf(args);
  const [verb = "", file, ...more] = read?.positionals ?? [];
  const path = read?.values.settings;
  const act = file === undefined ? ALONE[verb] : undefined;
  const actWith = WITH_FILE[verb];
  if (read === undefined || path === undefined || more.length > 0 || (act === undefined && actWith === undefined)) {
    process.stderr.write(AGENT_USAGE);
    return EX_USAGE;
  }
  const settings = await readAgentSettings(path);
  if (!settings.ok) return fail(settings.error);
  if (act !== undefined) return act(settings.value, read.values);
  if (actWith !== undefined && file !== undefined) return actWith(settings.value, file, read.values);
  process.stderr.write(AGENT_USAGE);
  return EX_USAGE;
};
