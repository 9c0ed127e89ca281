import type { SignedList } from "#lib/connectors/connector.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { listBefore, storeConformance } from "#lib/data/conformance.ts";
import { lockHead } from "#lib/data/lists.ts";
import { loadPicture, type Picture } from "#lib/data/reconcile.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { openNames } from "#lib/domain/allow-list.ts";
import { canonicalJson } from "#lib/domain/canonical.ts";
import type { ConformanceFinding } from "#lib/domain/conformance.ts";
import { toPublicId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { probe } from "#lib/matrix/probe.ts";
import { signJson } from "#lib/platform/signed-json.ts";
import { readList } from "#lib/signing/documents.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import { runConformance } from "./conformance.ts";
import { allowOf } from "./desire.ts";
import type { Looking } from "./look.ts";

const PROBE_TIMEOUT_MS = 10_000;
/** A key id that no server has: what is refused for its name is refused before any key is looked for. */
const NO_KEY = "ed25519:tillit";

export type ConformanceDeps = Looking & { readonly keys: SigningKeys };
export type ConformanceWish = {
  readonly homeserver: string;
  readonly restart?: () => Promise<string | undefined>;
};
/** The signed report, as stored, and what stands in it. */
export type Conformance = { readonly bytes: string; readonly findings: readonly ConformanceFinding[] };

const signedListOf = (bytes: string, { server }: Picture, keys: SigningKeys, now: Instant): SignedList | undefined => {
  const read = readList(bytes);
  if (!read.ok) return undefined;
  const { fields, digest } = read.value;
  return {
    audience: server.name,
    mode: fields.mode,
    epoch: fields.epoch,
    version: fields.version,
    digest,
    expiresAt: instant(fields.expires_at),
    names: [...openNames(allowOf(bytes) ?? [], now)],
    keyset: keys.keyset,
    list: bytes,
  };
};

type Scene = { readonly picture: Picture; readonly desired: SignedList; readonly earlier: SignedList | undefined };

/** What there is to try; in words where there is nothing. */
const sceneOf = async (homeserver: string, { keys, clock }: ConformanceDeps): Promise<Scene | string> => {
  const read = await asWorker(async (tx): Promise<Result<Scene | string, never>> => {
    await lockHead(tx, homeserver);
    const picture = await loadPicture(tx, homeserver);
    if (picture?.list === undefined) return ok("nothing is signed for this server yet");
    const desired = signedListOf(picture.list, picture, keys, clock.now());
    if (desired === undefined) return ok("the list in force cannot be read");
    if (desired.mode === "observe") return ok("the server only observes: there is nothing that it holds");
    const before = await listBefore(tx, homeserver, desired);
    const earlier = before === undefined ? undefined : signedListOf(before, picture, keys, clock.now());
    return ok({ picture, desired, earlier });
  });
  return read.ok ? read.value : "the database refused";
};

/** The report: canonical JSON, signed by the list key in the federation's name. */
const signReport = (
  { picture, desired }: Scene,
  { keys, clock }: ConformanceDeps,
  kind: string,
  findings: readonly ConformanceFinding[],
): string => {
  const document = {
    type: "tillit.conformance.v1",
    federation: keys.federation,
    audience: picture.server.name,
    connector: kind,
    platform: picture.server.platform,
    epoch: desired.epoch,
    version: desired.version,
    at: clock.now(),
    checks: findings.map((finding) => ({ ...finding })),
  };
  return canonicalJson(signJson(document, keys.federation, keys.signer));
};

/**
 * Tries the contract on the portal's own server of that id, signs what it showed and stores it.
 *
 * @returns the report, or in words why nothing could be tried
 */
export const reportConformance = async (
  deps: ConformanceDeps,
  { homeserver, restart }: ConformanceWish,
): Promise<Result<Conformance, string>> => {
  const { http, reach, clock, signal, keys } = deps;
  const scene = await sceneOf(homeserver, deps);
  if (typeof scene === "string") return err(scene);
  const { picture, desired, earlier } = scene;
  const { server, point, partners, federation } = picture;
  const connector = point === undefined ? undefined : await reach.connectorOf(server, point, keys, signal);
  if (connector === undefined) return err("no connector of this version reaches the server");
  const target = await reach.targetOf(server, signal);
  const keyOf = (name: ServerName): string => partners.find((one) => one.name === name)?.keys[0]?.keyId ?? NO_KEY;
  const findings = await runConformance({
    connector,
    desired,
    ...(earlier === undefined ? {} : { earlier }),
    probe: async (origin) => {
      const as = { origin, keyId: keyOf(origin) };
      const options = { timeoutMs: PROBE_TIMEOUT_MS, signal, platform: server.platform };
      return (await probe(http, target, as, options)).verdict;
    },
    stranger: federation.probeName,
    ...(restart === undefined ? {} : { restart }),
    signal,
  });
  const bytes = signReport(scene, deps, connector.kind, findings);
  const stored = await asWorker(async (tx) => {
    await storeConformance(tx, server.id, bytes, clock.now());
    const details = Object.fromEntries(findings.map(({ check, outcome }) => [check, outcome]));
    const subject = toPublicId("hs", server.id);
    await appendAudit(tx, { kind: "homeserver.conformance_tried", subject, agencyIds: server.agencies, details });
    return ok(true);
  });
  return stored.ok ? ok({ bytes, findings }) : err("the report could not be stored");
};
