import type { Connector } from "#lib/connectors/connector.ts";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { err, ok } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";

/** A server of bare names beside the agent, which obeys what it stores; it can be made to fail. */
export class ServerDouble {
  allow: ReadonlySet<ServerName> | undefined;
  fault: ConnectorFault | undefined;
  writes = 0;
  readonly connector: Connector;

  constructor(clock: Clock) {
    const limits = {
      takesEffect: "at_once",
      effectWithin: 0,
      maxNames: 10_000,
      portsInNames: true,
      holdsOutbound: true,
      verifiesSignature: false,
    } as const;
    this.connector = {
      kind: "double",
      limits,
      resetDestination: false,
      observe: async () => {
        const policy =
          this.allow === undefined ? ({ mode: "open" } as const) : { mode: "closed" as const, allow: this.allow };
        return ok({
          stored: policy,
          effective: [{ name: "main", seenAt: clock.now(), policy }],
          alarms: [],
          detail: "",
        });
      },
      apply: async ({ list }) => {
        if (this.fault !== undefined) return err(this.fault);
        this.writes += 1;
        this.allow = new Set(list.names);
        return ok("applied");
      },
    };
  }

  lets(name: ServerName): boolean {
    return this.allow?.has(name) ?? true;
  }
}
