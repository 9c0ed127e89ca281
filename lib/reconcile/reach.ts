import type { Connector } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { type BridgeSeen, watchMattermost } from "#lib/connectors/mattermost/watcher.ts";
import { connectorFor } from "#lib/connectors/registry.ts";
import type { EnforcementPoint, KnownServer } from "#lib/data/reconcile.ts";
import { type Instant, later, MINUTE } from "#lib/domain/instant.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { type Discovery, discover } from "#lib/matrix/discovery.ts";
import { overriddenTarget, type Target } from "#lib/matrix/target.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import type { SigningKeys } from "#lib/signing/key-files.ts";
import type { SealingKey } from "#lib/signing/sealing-key.ts";
import { openCredential, withoutSecrets } from "./opening.ts";
import { pulledConnector } from "./pulled.ts";

/** How servers are reached: their federation listeners, and their enforcement points. */
export type Reach = {
  readonly targetOf: (server: KnownServer, signal: AbortSignal) => Promise<Target>;
  /** Looks at a platform that reaches Matrix over a bridge, and that nothing drives. */
  readonly watch: (
    server: KnownServer,
    point: EnforcementPoint,
    signal: AbortSignal,
  ) => Promise<Result<BridgeSeen, ConnectorFault>>;
  /** Forgets where a server is, after a call that failed. */
  readonly forget: (server: KnownServer) => void;
  /** The connector of a server; undefined where this version knows none of its kind, or cannot open its credential. */
  readonly connectorOf: (
    server: KnownServer,
    point: EnforcementPoint,
    keys: SigningKeys,
    signal: AbortSignal,
  ) => Promise<Connector | undefined>;
};

type Held<T> = { readonly value: T; readonly under: string; readonly until: Instant };

/** A held address is looked up again at least this often, whatever its own cache time says (ms). */
const LONGEST_HELD = 60 * MINUTE;
const SHORTEST_HELD = MINUTE;

const overrideOf = ({ override }: KnownServer) =>
  override === undefined
    ? undefined
    : { host: override.host, port: override.port, ...(override.ca === null ? {} : { ca: override.ca }) };

const urlOf = (target: Target): string =>
  `https://${target.hostPort === undefined ? target.tlsName : `${target.tlsName}:${target.hostPort}`}`;

/** Where the management routes are: where someone said so, else the federation listener, on which they are mounted too. */
export const endpointOf = (server: KnownServer, point: EnforcementPoint, target: Target) => {
  const said = point.baseUrl ?? server.managementUrl;
  if (said !== undefined) return { url: said, ...(target.ca === undefined ? {} : { ca: target.ca }) };
  return {
    url: urlOf(target),
    resolveTo: { host: target.host, port: target.port },
    ...(target.ca === undefined ? {} : { ca: target.ca }),
  };
};

const askingAt = ({ name, id }: KnownServer, { id: point }: EnforcementPoint, federation: string, clock: Clock) =>
  pulledConnector({ federation, serverName: name, homeserver: id, point, clock });

const watchWith =
  (http: Http, sealing: SealingKey | undefined): Reach["watch"] =>
  async (server, point, signal) => {
    const opened = openCredential(sealing, server, point);
    if (!opened.ok) return err({ code: opened.error, detail: "", kind: "refuses" });
    const token = opened.value["accessToken"] ?? "";
    return watchMattermost({ url: point.baseUrl ?? "", token, http, ...caOf(server) }, signal);
  };

/** Reaches servers through one guarded client; addresses and connectors are held while what they rest on is the same. */
export const newReach = (http: Http, clock: Clock, sealing?: SealingKey): Reach => {
  const targets = new Map<string, Held<Target>>();
  const connectors = new Map<string, Held<Connector | undefined>>();

  const targetOf: Reach["targetOf"] = async (server, signal) => {
    const override = overrideOf(server);
    if (override !== undefined) return overriddenTarget(server.name, override);
    const held = targets.get(server.id);
    if (held !== undefined && held.under === server.name && held.until > clock.now()) return held.value;
    const found: Discovery = await discover(server.name, { http, signal });
    const life = Math.min(Math.max(found.cacheFor, SHORTEST_HELD), LONGEST_HELD);
    targets.set(server.id, { value: found.target, under: server.name, until: later(clock.now(), life) });
    return found.target;
  };

  const connectorOf: Reach["connectorOf"] = async (server, point, keys, signal) => {
    if (point.kind === "agent") return askingAt(server, point, keys.federation, clock);
    const factory = connectorFor(point.kind);
    if (factory === undefined) return undefined;
    const credentials = openCredential(sealing, server, point);
    if (!credentials.ok) return undefined;
    const said = point.baseUrl ?? server.managementUrl;
    const target =
      said === undefined
        ? await targetOf(server, signal)
        : overriddenTarget(server.name, { host: "", port: 0, ...caOf(server) });
    const pinnedKeys = Object.fromEntries(server.keys.map(({ keyId, key }) => [keyId, key]));
    const endpoint = endpointOf(server, point, target);
    const credential = point.credential?.id ?? "";
    const { federation, signer } = keys;
    const under = JSON.stringify([server.name, point.kind, credential, endpoint, pinnedKeys, signer.keyId, federation]);
    const held = connectors.get(point.id);
    if (held?.under === under) return held.value;
    const made = factory({
      federation,
      serverName: server.name,
      endpoint,
      pinnedKeys,
      lastSequence: point.lastSequence,
      signer,
      credentials: credentials.value,
      http,
      clock,
    });
    const value = withoutSecrets(made, credentials.value);
    connectors.set(point.id, { value, under, until: clock.now() });
    return value;
  };

  const forget: Reach["forget"] = ({ id }) => {
    targets.delete(id);
  };
  return { targetOf, connectorOf, watch: watchWith(http, sealing), forget };
};

const caOf = ({ override }: KnownServer) => (override === undefined || override.ca === null ? {} : { ca: override.ca });
