import type { Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Neighbour, PathOutcome } from "#lib/domain/surroundings.ts";
import type { ConnectorFault } from "./fault.ts";

/** Whether the server reached another over its own path, by its own word. */
export type PathSeen = {
  readonly outcome: PathOutcome;
  readonly status: number;
  readonly errcode: string;
  readonly said: string;
  readonly tookMs: number;
};

export type Shares = {
  readonly servers: Readonly<Record<ServerName, Neighbour>>;
  /** Whether there were more servers than one answer holds. */
  readonly cut: boolean;
};

export type Exposure = {
  readonly rooms: number;
  readonly ours: number;
  readonly theirs: number;
  readonly third: Readonly<Record<ServerName, { readonly rooms: number; readonly people: number }>>;
};

/**
 * What a server can tell of itself beyond its list, where its operator allows it: counts and server names, never the
 * name of a room or a person.
 */
export type Insight = {
  readonly probe: (server: ServerName, signal: AbortSignal) => Promise<Result<PathSeen, ConnectorFault>>;
  readonly shares: (signal: AbortSignal) => Promise<Result<Shares, ConnectorFault>>;
  readonly exposure: (server: ServerName, signal: AbortSignal) => Promise<Result<Exposure, ConnectorFault>>;
};
