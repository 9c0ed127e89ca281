import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import type { Signer } from "#lib/platform/signed-json.ts";
import type { Connector } from "./connector.ts";

/** What a connector needs to speak with one server. Made by the worker from what the database holds. */
export type ConnectorSettings = {
  readonly federation: string;
  readonly serverName: ServerName;
  /** Base address of the management routes, and where and how to connect where that differs. */
  readonly endpoint: {
    readonly url: string;
    readonly ca?: string;
    readonly resolveTo?: { readonly host: string; readonly port: number };
  };
  /** The server's pinned keys, id to key: only they sign its receipts. */
  readonly pinnedKeys: Readonly<Record<string, string>>;
  /** Highest receipt sequence stored for this enforcement point; 0 for none. */
  readonly lastSequence: number;
  /** Opened credentials by field, for vendors that need one; empty for the others. Never logged, stored or thrown. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The list key: it signs questions too. */
  readonly signer: Signer;
  readonly http: Http;
  readonly clock: Clock;
};

export type ConnectorFactory = (settings: ConnectorSettings) => Connector;
