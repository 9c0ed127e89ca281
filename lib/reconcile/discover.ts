import { type Detected, detectInterface } from "#lib/connectors/detect.ts";
import { appendAudit } from "#lib/data/audit.ts";
import {
  ensurePoint,
  type FoundStep,
  holdForKeyChange,
  pinKeys,
  storeLooked,
  storeSteps,
} from "#lib/data/discovery.ts";
import { notifyEvent } from "#lib/data/jobs.ts";
import { storeDetected } from "#lib/data/points.ts";
import { type EnforcementPoint, type KnownServer, loadPicture } from "#lib/data/reconcile.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import type { FixCode } from "#lib/domain/directory.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { type Instant, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type DiscoveryStep, discover, fixFor } from "#lib/matrix/discovery.ts";
import {
  fetchServerKeys,
  fetchServerVersion,
  judgeKeyChange,
  type KeyFault,
  type ServerKeys,
} from "#lib/matrix/server-keys.ts";
import type { Target } from "#lib/matrix/target.ts";
import { watchBridge } from "./bridge.ts";
import type { Looking } from "./look.ts";
import { endpointOf } from "./reach.ts";

/** A server that is known is looked at this often beside the asking of a person; one that is not yet known, oftener. */
const LOOK_AGAIN = 60 * MINUTE;
const LOOK_AGAIN_UNKNOWN = 30 * SECOND;

/** Kinds of enforcement point that a platform is given when it is first seen. */
const POINT_OF: Readonly<Record<string, string>> = { synapse: "synapse_module" };

/** Whether it is time to look where a server is and who it says it is. */
export const needsLook = ({ lookedAt, identityState }: KnownServer, now: Instant): boolean =>
  lookedAt === undefined || now - lookedAt >= (identityState === "unknown" ? LOOK_AGAIN_UNKNOWN : LOOK_AGAIN);

type Writer = { readonly write: (steps: readonly FoundStep[]) => void; readonly done: () => Promise<void> };

/** Writes steps in the order in which they come, each with its event, so that an open page shows them live. */
const stepWriter = (server: KnownServer, looking: Looking): Writer => {
  let last: Promise<unknown> = Promise.resolve();
  const id = toPublicId("hs", server.id);
  return {
    write: (steps) => {
      last = last.then(() =>
        asWorker(async (tx) => {
          await storeSteps(tx, server.id, steps, looking.clock.now());
          await notifyEvent(tx, { topic: "homeserver", id, version: server.version });
          return ok(undefined);
        }),
      );
    },
    done: async () => {
      await last;
    },
  };
};

const named = ({ step, state, detail, fix }: DiscoveryStep): FoundStep => ({
  step: step === "override" || step === "connect" ? "address" : step,
  state,
  detail: step === "override" ? { ...detail, override: "yes" } : detail,
  fixCode: fix,
});

const running = (step: string): FoundStep => ({ step, state: "running", detail: {}, fixCode: undefined });
const step = (
  name: string,
  state: FoundStep["state"],
  detail: FoundStep["detail"] = {},
  fixCode?: FixCode,
): FoundStep => ({ step: name, state, detail, fixCode });

const KEY_FAULTS = new Set(["wrong_server_name", "no_self_signed_key", "keys_expired"]);
const ANSWERED = new Set(["wrong_status", "not_json", "unexpected_json", "too_large", "redirect_elsewhere"]);

/** Whether the server answered at all: one that did not is not made to wait for a second time. */
const wasReached = (keys: Result<ServerKeys, KeyFault>): boolean =>
  keys.ok || KEY_FAULTS.has(keys.error.code) || ANSWERED.has(keys.error.code);

/** What the answer to "your keys?" says about the way there, the certificate and the keys. */
const stepsOfKeys = (keys: Result<ServerKeys, KeyFault>): readonly FoundStep[] => {
  if (keys.ok) {
    const detail = { key_ids: Object.keys(keys.value.keys), valid_until: keys.value.validUntil };
    return [step("address", "pass"), step("tls", "pass"), step("keys", "pass", detail)];
  }
  const { code, detail } = keys.error;
  const why = { code, detail: detail.slice(0, 300) };
  const notAsked = { code: "not_reached" };
  if (KEY_FAULTS.has(code))
    return [step("address", "pass"), step("tls", "pass"), step("keys", "fail", why, "fix_keys")];
  if (code === "tls")
    return [step("address", "pass"), step("tls", "fail", why, fixFor(code)), step("keys", "unknown", notAsked)];
  if (ANSWERED.has(code)) {
    const fix = code === "wrong_status" ? "fix_not_matrix" : fixFor(code);
    return [step("address", "pass"), step("tls", "pass"), step("keys", "fail", why, fix)];
  }
  return [
    step("address", "fail", why, fixFor(code)),
    step("tls", "unknown", notAsked),
    step("keys", "unknown", notAsked),
  ];
};

export type Looked = {
  /** Whether anything changed on which the server's list depends. */
  readonly changed: boolean;
  /** Servers whose agreements are held since. */
  readonly held: readonly string[];
};

const identify = async (tx: Tx, server: KnownServer, keys: ServerKeys, at: Instant): Promise<Looked> => {
  const pinned = Object.fromEntries(server.keys.map(({ keyId, key }) => [keyId, key]));
  const subject = toPublicId("hs", server.id);
  const agencyIds = server.agencies;
  const known = server.keys.length > 0;
  if (known && server.identityState === "changed") return { changed: false, held: [] };
  const change = known ? judgeKeyChange(pinned, keys, server.name) : undefined;
  if (change?.kind === "same") return { changed: false, held: [] };
  if (change?.kind === "changed") {
    const held = await holdForKeyChange(tx, server.id, { before: pinned, after: keys.keys, at });
    const details = { before: Object.keys(pinned), after: Object.keys(keys.keys) };
    await appendAudit(tx, { kind: "homeserver.identity_changed", subject, agencyIds, details });
    return { changed: true, held };
  }
  await pinKeys(tx, server.id, keys.keys, { validUntil: keys.validUntil, at });
  const details = { keys: keys.keys, ...(change === undefined ? { first: "yes" } : { added: change.added }) };
  await appendAudit(tx, { kind: "homeserver.keys_pinned", subject, agencyIds, details });
  return { changed: true, held: [] };
};

/**
 * Finds a homeserver, reads its version and self-signed keys, and pins them the first time. Keys that no pinned key has
 * signed change nothing but the server's standing: its agreements are held until both sides consent again.
 */
export const lookForHomeserver = async (looking: Looking, homeserver: string): Promise<Looked> => {
  const loaded = await asWorker(async (tx) => ok(await loadPicture(tx, homeserver)));
  const server = loaded.ok ? loaded.value?.server : undefined;
  if (server === undefined) return { changed: false, held: [] };
  if (loaded.ok && loaded.value !== undefined && server.platform === "mattermost") {
    await watchBridge(looking, loaded.value);
    return { changed: false, held: [] };
  }
  const writer = stepWriter(server, looking);
  writer.write(["name", "address", "tls", "version", "keys"].map(running));
  looking.reach.forget(server);
  const { override } = server;
  const found = await discover(server.name, {
    http: looking.http,
    signal: looking.signal,
    onStep: (each) => writer.write([named(each)]),
    ...(override === undefined
      ? {}
      : {
          override: { host: override.host, port: override.port, ...(override.ca === null ? {} : { ca: override.ca }) },
        }),
  });
  const now = looking.clock.now();
  const keys = await fetchServerKeys(looking.http, found.target, now);
  const overridden = found.steps.some((each) => each.step === "override") ? { override: "yes" } : {};
  const place = { host: found.target.host, port: found.target.port, ...overridden };
  writer.write([
    step("name", "pass", { server: server.name }),
    ...stepsOfKeys(keys).map((each) =>
      each.step === "address" ? { ...each, detail: { ...place, ...each.detail } } : each,
    ),
  ]);
  const version = wasReached(keys)
    ? await fetchServerVersion(looking.http, found.target)
    : err({ code: "not_reached", detail: "" });
  const why = version.ok ? version.value : { code: version.error.code, detail: version.error.detail.slice(0, 300) };
  writer.write([version.ok ? step("version", "pass", why) : step("version", "unknown", why)]);
  const point = loaded.ok ? loaded.value?.point : undefined;
  const seen = wasReached(keys) ? await lookForInterface(looking, server, point, found.target) : undefined;
  await writer.done();
  return conclude(server, keys, version.ok ? version.value : undefined, { seen, at: looking.clock.now() });
};

type SeenInterface = { readonly point: string; readonly detected: Detected };

/** Which interface answers where the portal would call: shown beside the one that is chosen, and choosing nothing. */
const lookForInterface = async (
  { http, signal }: Looking,
  server: KnownServer,
  point: EnforcementPoint | undefined,
  target: Target,
): Promise<SeenInterface | undefined> => {
  // Only a Synapse can have either.
  if (point === undefined || !["synapse", "element_ess"].includes(server.platform)) return undefined;
  const way = signal === undefined ? {} : { signal };
  const detected = await detectInterface(http, { ...endpointOf(server, point, target), ...way });
  return { point: point.id, detected };
};

const conclude = async (
  server: KnownServer,
  keys: Result<ServerKeys, KeyFault>,
  version: { readonly name: string; readonly version: string } | undefined,
  { seen, at }: { readonly seen: SeenInterface | undefined; readonly at: Instant },
): Promise<Looked> => {
  const done = await asWorker(async (tx) => {
    if (seen !== undefined) await storeDetected(tx, seen.point, seen.detected, at);
    await storeLooked(tx, server.id, { software: version?.name, version: version?.version, at });
    const kind = POINT_OF[server.platform];
    const pointMade = keys.ok && kind !== undefined && (await ensurePoint(tx, server.id, kind, at));
    const looked = keys.ok ? await identify(tx, server, keys.value, at) : { changed: false, held: [] };
    if (looked.changed || pointMade)
      await notifyEvent(tx, { topic: "homeserver", id: toPublicId("hs", server.id), version: server.version });
    return ok({ ...looked, changed: looked.changed || pointMade });
  });
  return done.ok ? done.value : { changed: false, held: [] };
};
