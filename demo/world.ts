import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Ending, endTogether } from "#bin/run/ending.ts";
import { folder, keptSecret, readIf } from "#bin/run/home.ts";
import { ROOT } from "#bin/run/layout.ts";
import { ensureKeys, type Foundation, layFoundation, type Say, startWeb, startWorker } from "#bin/run/portal.ts";
import { freePort, type RunningProcess, startProcess, untilReady } from "#bin/run/processes.ts";
import { callbackUrlOf, providerIdOf } from "#lib/auth/provider-id.ts";
import { systemClock } from "#lib/platform/clock.ts";
import type { Settings } from "#lib/platform/env.ts";
import { ASKS } from "#lib/signing/make.ts";
import { FEDERATION, MATTERMOST_NAME, SERVER_NAMES } from "./agencies.ts";
import { type Authority, createAuthority } from "./ca.ts";
import { type ChatClient, chatClient, registerUser } from "./matrix-client.ts";
import { type NameProxy, startNameProxy } from "./name-proxy.ts";
import { type AgencyKey, CHATTERS, PEOPLE } from "./people.ts";
import { type PortalClient, portalClient } from "./portal-client.ts";
import { requester } from "./requests.ts";
import { type Seeded, seed } from "./seed.ts";
import { seedPlots } from "./seed-plots.ts";
import { connectHomeserver } from "./servers.ts";
import { signIn } from "./sign-in.ts";
import { type RunningSynapse, startSynapse } from "./synapse.ts";
import { agreeWithThird, connectThird, startThird } from "./third.ts";

/** What runs in every demo, whatever its homeservers are. */
export type Ground = {
  readonly foundation: Foundation;
  readonly ending: Ending;
  readonly seeded: Seeded;
  readonly issuer: string;
  readonly ca: Authority;
  readonly proxy: NameProxy;
  readonly web: RunningProcess;
  readonly worker: RunningProcess;
  /** Session cookies by subject. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly as: (subject: string) => PortalClient;
};

/** The demo: the portal between two real Synapses. */
export type World = Ground & {
  readonly synapses: Readonly<Record<AgencyKey, RunningSynapse>>;
  readonly chat: Readonly<Record<AgencyKey, ChatClient>>;
};

export type WorldWish = {
  readonly settings: Settings;
  readonly say: Say;
  readonly agencies?: number;
  /** Both Synapses without the gate, as homeservers that nobody closed. */
  readonly withoutGates?: boolean;
  /**
   * A third agency with a simulated Rocket.Chat, an agreement with it, and further agreements with agencies whose
   * homeservers do not run, for the lists to show each state.
   */
  readonly plots?: boolean;
};

const PYTHON = join(ROOT, ".tillit/venv/bin/python");
const OIDC_PORT = 4_100;
const CLIENT = "tillit";

const startOidc = async (foundation: Foundation, port: number, secret: string): Promise<RunningProcess> => {
  const issuer = `http://127.0.0.1:${port}`;
  const redirectUris = [callbackUrlOf(foundation.baseUrl, issuer)];
  // A second client of the same provider: the demo's people may sign in elsewhere too.
  const clients = [
    { id: CLIENT, secret, redirectUris },
    { id: "another-service", secret: `${secret}2`, redirectUris: [`${issuer}/nowhere`] },
  ];
  const child = startProcess({
    name: "provider",
    command: process.execPath,
    args: [join(ROOT, "demo/oidc-process.ts")],
    env: { PATH: process.env["PATH"] ?? "", DEMO_OIDC: JSON.stringify({ port, clients }) },
    cwd: ROOT,
    logFile: join(foundation.layout.log, "provider.log"),
  });
  const ask = requester();
  await untilReady(child, async () => (await ask(`${issuer}/.well-known/openid-configuration`)).status === 200, 15_000);
  return child;
};

const RootKey = z.object({ key_id: z.string(), key: z.string() });

/** What an operator would paste into the YAML: the same as the portal's page shows. */
const moduleConfig = (foundation: Foundation, localDeny: string) => {
  const root = RootKey.parse(JSON.parse(readFileSync(join(foundation.keysDir, "root-public.json"), "utf8")));
  return {
    federation: FEDERATION.id,
    root_keys: { [root.key_id]: root.key },
    root_keys_required: 1,
    lowest_keyset: "1.1",
    before_first_list: "closed",
    poll_ms: 500,
    lease_ms: 30_000,
    local_deny_file: localDeny,
    asks: [...ASKS],
  };
};

/** The operator's own file of names that are always shut; empty in the demo. */
export const denyFileOf = (foundation: Foundation, key: AgencyKey): string =>
  join(foundation.layout.home, "demo", key, "local-deny.txt");

/**
 * Starts an agency's Synapse, with the gate unless the wish is for none.
 *
 * @param extra settings of the homeserver beside the demo's own
 */
export const startServer = async (
  wish: Pick<WorldWish, "withoutGates">,
  base: Pick<Ground, "foundation" | "ca" | "proxy">,
  key: AgencyKey,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<RunningSynapse> => {
  const { foundation, ca, proxy } = base;
  const dir = folder(join(foundation.layout.home, "demo", key), 0o700);
  const deny = denyFileOf(foundation, key);
  if (readIf(deny) === undefined) writeFileSync(deny, "");
  const server = await startSynapse({
    serverName: SERVER_NAMES[key],
    dir,
    ca,
    python: PYTHON,
    proxyUrl: proxy.url,
    extra,
    ...(wish.withoutGates === true ? {} : { module: { config: moduleConfig(foundation, deny) } }),
  });
  proxy.map(server.serverName, server.port);
  return server;
};

type Base = {
  readonly foundation: Foundation;
  readonly ca: Authority;
  readonly proxy: NameProxy;
  readonly issuer: string;
  readonly seeded: Seeded;
  readonly variables: Readonly<Record<string, string>>;
};

const layBase = async (wish: WorldWish, ending: Ending): Promise<Base> => {
  const foundation = await layFoundation(wish.settings, wish.say);
  if (foundation.database !== undefined) ending.addGround(foundation.database);
  const demo = folder(join(foundation.layout.home, "demo"), 0o755);
  const names = [...Object.values(SERVER_NAMES), MATTERMOST_NAME];
  const authority = createAuthority(folder(join(demo, "ca"), 0o755), PYTHON, names);
  const proxy = await startNameProxy();
  ending.add({ name: "name proxy", stop: proxy.close });
  const port = await freePort(wish.settings.port === 0 ? 0 : OIDC_PORT, (other) =>
    wish.say(`port ${OIDC_PORT} is taken: the provider listens on ${other}`),
  );
  const issuer = `http://127.0.0.1:${port}`;
  const secret = keptSecret(join(foundation.layout.secrets, "provider"));
  const ca = await authority;
  const provider = { id: "demo", label: "Demoinloggning", issuer, clientId: CLIENT, clientSecret: secret };
  const variables = {
    TILLIT_FEDERATION_ID: FEDERATION.id,
    TILLIT_ALLOW_PRIVATE_ADDRESSES: "true",
    TILLIT_EGRESS_PROXY: proxy.url,
    TILLIT_EXTRA_CA: ca.certFile,
    TILLIT_OIDC_PROVIDERS: JSON.stringify([{ ...provider, allowedIdentifiers: "*" }]),
  };
  const [oidc, seeded] = await Promise.all([
    startOidc(foundation, port, secret),
    seed({ ownerUrl: foundation.urls.owner, issuer, count: wish.agencies ?? 12, now: systemClock.now() }),
    ensureKeys(foundation, variables),
  ]);
  ending.add(oidc);
  return { foundation, ca, proxy, issuer, seeded, variables };
};

/** The person who chats on an agency's Synapse. */
export const chatterOn = async (
  ca: Authority,
  { baseUrl, serverName, registrationSecret: secret }: RunningSynapse,
  key: AgencyKey,
  roomVersion?: string,
): Promise<ChatClient> => {
  const person = CHATTERS.find(({ agency }) => agency === key);
  if (person === undefined) throw new Error("a chat user is missing");
  const { name, displayName } = person;
  return chatClient(
    await registerUser({ baseUrl, serverName, ca: ca.pem, secret, name, displayName }),
    ca.pem,
    roomVersion,
  );
};

const signEveryoneIn = async (baseUrl: string, issuer: string): Promise<Readonly<Record<string, string>>> => {
  const id = providerIdOf(issuer);
  const pairs = await Promise.all(
    PEOPLE.map(async ({ subject }) => [subject, await signIn(baseUrl, id, subject)] as const),
  );
  return Object.fromEntries(pairs);
};

/**
 * Brings up the portal and, beside it, what `start` starts; ends it all where anything fails.
 *
 * @param start begins while the portal still comes up: it needs the names, the authority and the portal's keys alone
 * @param connect makes the portal know what was started, once both stand; what it answers is kept
 */
export const startGround = async <T, C>(
  wish: WorldWish,
  start: (base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">) => Promise<T>,
  connect: (ground: Ground, started: T) => Promise<C>,
): Promise<Ground & { readonly started: T; readonly connected: C }> => {
  const ending = endTogether();
  try {
    const base = await layBase(wish, ending);
    const { foundation, issuer, variables } = base;
    wish.say(
      "the worker may call private addresses (TILLIT_ALLOW_PRIVATE_ADDRESSES): the demo's homeservers are on this machine",
    );
    const worker = startWorker(foundation, variables);
    ending.add(worker);
    const portal = async () => {
      const up = await startWeb(foundation, variables);
      ending.add(up);
      return [up, await signEveryoneIn(foundation.baseUrl, issuer)] as const;
    };
    const [[web, cookies], started] = await Promise.all([portal(), start({ ...base, ending })]);
    const as = (subject: string): PortalClient => portalClient(foundation.baseUrl, cookies[subject] ?? "");
    const ground = { ...base, ending, web, worker, cookies, as };
    return { ...ground, started, connected: await connect(ground, started) };
  } catch (fault) {
    await ending.end(String(fault));
    throw fault;
  }
};

/** Brings up the whole demo, new or as it was left; ends with this process. */
export const startWorld = async (wish: WorldWish): Promise<World> => {
  const start = async (base: Pick<Ground, "foundation" | "ca" | "proxy" | "ending">) => {
    const [fv, ts] = await Promise.all([startServer(wish, base, "fv"), startServer(wish, base, "ts")]);
    base.ending.add(fv.process, ts.process);
    const third =
      wish.plots === true
        ? startThird({ ...base, dir: join(base.foundation.layout.home, "demo", "alv"), other: fv })
        : undefined;
    const [one, other] = await Promise.all([chatterOn(base.ca, fv, "fv"), chatterOn(base.ca, ts, "ts"), third]);
    return { synapses: { fv, ts }, chat: { fv: one, ts: other } };
  };
  const { started, ...ground } = await startGround(wish, start, async (each) => {
    const third = wish.plots === true ? connectThird(each) : undefined;
    const connected = Promise.all([
      connectHomeserver(each, "fv", { administrator: "astrid", approver: "bo" }),
      connectHomeserver(each, "ts", { administrator: "cecilia", approver: "david" }),
    ]);
    if (third === undefined) return void (await connected);
    const plots = connected.then(() => seedPlots({ urls: each.foundation.urls, environment: "demo" }, FEDERATION.id));
    await Promise.all([third, plots]);
    // The lists show the newest first: it is made after all the others.
    await agreeWithThird(each);
  });
  return { ...ground, ...started };
};
