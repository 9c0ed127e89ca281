import type { Json, JsonObject } from "#lib/domain/canonical.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { type Signer, signJson } from "#lib/platform/signed-json.ts";

export type XMatrix = {
  readonly origin: ServerName;
  readonly destination: ServerName;
  readonly keyId: string;
  readonly signature: string;
};

/** The `Authorization` header of a federation request (Matrix spec, server-server API, "Request Authentication"). */
export const xMatrixHeader = ({ origin, destination, keyId, signature }: XMatrix): string =>
  `X-Matrix origin="${origin}",destination="${destination}",key="${keyId}",sig="${signature}"`;

export type FederationRequest = {
  readonly method: string;
  /** Path and query, as sent. */
  readonly uri: string;
  readonly origin: ServerName;
  readonly destination: ServerName;
  readonly content?: JsonObject;
};

/** Signs a federation request. Returns the header. */
export const signRequest = (request: FederationRequest, signer: Signer): string => {
  const { content, ...head } = request;
  const signed = signJson(content === undefined ? head : { ...head, content }, request.origin, signer);
  const signatures = signed["signatures"] as { readonly [name: string]: { readonly [id: string]: Json } };
  const signature = String(signatures[request.origin]?.[signer.keyId]);
  return xMatrixHeader({ origin: request.origin, destination: request.destination, keyId: signer.keyId, signature });
};
