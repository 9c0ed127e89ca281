import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { RequestListener, ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { DAY, later } from "#lib/domain/instant.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newKeyPair, publicHalf, type Signer, signJson } from "#lib/platform/signed-json.ts";
import { makeKeyset, type SigningKeys } from "#lib/signing/signing.ts";
import { type Authority, certificateOf } from "./ca.ts";

/** A new signing key of a homeserver. */
export const serverKey = (id: string): Signer => ({ keyId: `ed25519:${id}`, privateKey: newKeyPair().privateKey });

const HOUR = 3_600_000;

/** A homeserver's answer about its keys: those it verifies by, and whoever else has signed it. */
export const keysDocument = (
  name: string,
  verify: readonly Signer[],
  signedBy: readonly Signer[] = verify,
): JsonObject => {
  const verify_keys = Object.fromEntries(
    verify.map(({ keyId, privateKey }) => [keyId, { key: publicHalf(privateKey) }]),
  );
  const document = { server_name: name, valid_until_ts: Date.now() + HOUR, verify_keys, old_verify_keys: {} };
  return signedBy.reduce<JsonObject>((signed, signer) => signJson(signed, name, signer), document);
};

export const sendJson = (response: ServerResponse, content: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
};

export type Listening = { readonly port: number; readonly close: () => void };

/** A TLS server on 127.0.0.1 that shows the certificate of that name. */
export const listenAs = async (ca: Authority, name: string, handler: RequestListener): Promise<Listening> => {
  const { certFile, keyFile } = certificateOf(ca, name);
  const server = https.createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

export type Scripted = {
  /** What it answers about its keys. */
  document: JsonObject;
  /** The answer to the well-known question; absent: 404. */
  wellKnown?: JsonObject;
  /** Answers to these paths wait for the promise. */
  readonly holds: Map<string, Promise<void>>;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
};

/** A homeserver as far as discovery sees one, that waits where it is told to. */
export const scripted = (document: JsonObject): Scripted & { readonly handler: RequestListener } => {
  const script: Scripted = { document, holds: new Map(), asked: [] };
  const handler: RequestListener = (request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    script.asked.push(path);
    void (script.holds.get(path) ?? Promise.resolve()).then(() => {
      if (path === "/.well-known/matrix/server")
        return script.wellKnown === undefined
          ? sendJson(response, { errcode: "M_NOT_FOUND" }, 404)
          : sendJson(response, script.wellKnown);
      if (path === "/_matrix/key/v2/server") return sendJson(response, script.document);
      if (path === "/_matrix/federation/v1/version")
        return sendJson(response, { server: { name: "Scripted", version: "1.2.3" } });
      return sendJson(response, { errcode: "M_UNRECOGNIZED" }, 404);
    });
  };
  return Object.assign(script, { handler });
};

/** A list key of today, under a root of its own. */
export const newSigningKeys = (federation: string): SigningKeys => {
  const [root, list] = [newKeyPair(), newKeyPair()];
  const now = systemClock.now();
  const listKeys = { "ed25519:1": { key: list.publicKey, from: now, until: later(now, DAY) } };
  const keyset = makeKeyset({ federation, epoch: 1, serial: 1, issuedAt: now, listKeys }, [
    { keyId: "ed25519:root", privateKey: root.privateKey },
  ]);
  return {
    federation,
    epoch: 1,
    signer: { keyId: "ed25519:1", privateKey: list.privateKey },
    keyset,
  };
};
