import { type ServerName, splitServerName } from "#lib/domain/server-name.ts";
import type { Http, HttpRequest } from "#lib/platform/http.ts";

/** Where a homeserver's federation listener is, and under which name it must show itself. */
export type Target = {
  readonly serverName: ServerName;
  /** Host and port to connect to. */
  readonly host: string;
  readonly port: number;
  /** The name its certificate must bear; also the `Host` header, with `hostPort` where the name states one. */
  readonly tlsName: string;
  readonly hostPort?: number;
  /** PEM of the only authorities trusted, where the homeserver carries an address override with its own. */
  readonly ca?: string;
};

/** An address given by hand for a closed network, in place of discovery. */
export type Override = { readonly host: string; readonly port: number; readonly ca?: string };

/** The port of the federation listener where nothing else is said (Matrix spec, server-server API, "Server discovery"). */
export const FEDERATION_PORT = 8448;

/** The target that an override describes: another address, the certificate still for the server's own name. */
export const overriddenTarget = (serverName: ServerName, { host, port, ca }: Override): Target => {
  const own = splitServerName(serverName);
  return {
    serverName,
    host,
    port,
    tlsName: own.host,
    ...(own.port === undefined ? {} : { hostPort: own.port }),
    ...(ca === undefined ? {} : { ca }),
  };
};

/** Calls a path on a target. Redirects are never followed: the federation API has none. */
export const callTarget = (http: Http, target: Target, path: string, request: HttpRequest = {}): ReturnType<Http> => {
  const authority = target.hostPort === undefined ? target.tlsName : `${target.tlsName}:${target.hostPort}`;
  return http(`https://${authority}${path}`, {
    ...request,
    resolveTo: { host: target.host.replace(/^\[|\]$/g, ""), port: target.port },
    ca: target.ca,
  });
};
