import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Connector } from "#lib/connectors/connector.ts";
import { fileConnector } from "#lib/connectors/file/connector.ts";
import { localHttp } from "#lib/connectors/file/local-http.ts";
import { newOutbound } from "#lib/connectors/file/outbound.ts";
import { connectorFor } from "#lib/connectors/registry.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import type { Identity } from "./identity.ts";
import type { AgentSettings } from "./settings.ts";

const credentials = z.record(z.string(), z.string());

const read = (path: string): Promise<string> => readFile(path, "utf8");

/**
 * The connector that the settings name. Its credential is read here and never leaves this machine.
 *
 * @param http the guarded client, for the vendor's interface and for looking where partners are
 */
export const targetOf = async (
  { target, serverName }: AgentSettings,
  identity: Identity,
  { http, clock }: { readonly http: Http; readonly clock: Clock },
): Promise<Result<Connector, string>> => {
  if (target.kind === "file") {
    const { kind: _, ...form } = target;
    const outbound = form.template === "squid" ? { outbound: newOutbound({ http }) } : {};
    return ok(fileConnector({ serverName, form, clock, http: localHttp, ...outbound }));
  }
  const factory = connectorFor(target.kind);
  if (factory === undefined) return err(`target.kind: nothing drives ${target.kind}`);
  try {
    const fields = credentials.parse(JSON.parse(await read(target.credentials)));
    const ca = target.ca === undefined ? {} : { ca: await read(target.ca) };
    const signer = { keyId: identity.keyId, privateKey: identity.privateKey };
    const endpoint = { url: target.url, ...ca };
    const { federation } = identity;
    const same = { federation, serverName, endpoint, pinnedKeys: {}, lastSequence: 0, signer, http, clock };
    return ok(factory({ ...same, credentials: fields }));
  } catch (fault) {
    return err(`target: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
};
