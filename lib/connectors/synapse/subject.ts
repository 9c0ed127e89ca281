import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { DEFAULT_MAX_LIFE } from "#lib/signing/laws.ts";
import { newAuthority } from "../contract.ts";
import type { StartSubject, Subject } from "../contract-subject.ts";
import { synapseConnector } from "./connector.ts";
import { startSimulator } from "./simulator.ts";

const serverName = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};

/** The module's routes that carry a list and that answer questions. */
export const SYNAPSE_CALLS: Subject["calls"] = {
  write: (url) => url.endsWith("/list"),
  read: (url) => url.endsWith("/ask"),
};

/** The contract's subject over the simulator: the same laws, no network and no Python. */
export const simulatedSynapse: StartSubject = async ({ beforeFirstList }) => {
  const self = serverName("chat.self.example");
  const authority = newAuthority("federation.example", self, systemClock.now);
  const own = newKeyPair();
  const keyId = "ed25519:own";
  const simulator = startSimulator({
    pins: {
      federation: authority.federation,
      audience: self,
      rootKeys: authority.rootKeys,
      rootKeysRequired: 1,
      lowestKeyset: { epoch: 1, serial: 1 },
      maxLife: DEFAULT_MAX_LIFE,
      requireConsents: false,
      consentKeys: {},
      beforeFirstList,
      observe: false,
    },
    serverKey: { keyId, privateKey: own.privateKey },
    clock: systemClock,
  });
  return {
    self,
    partners: [serverName("chat.a.example"), serverName("chat.b.example"), serverName("chat.c.example:8449")],
    authority,
    connector: (shape = (http) => http, over = {}) =>
      synapseConnector({
        federation: authority.federation,
        serverName: self,
        endpoint: { url: "https://chat.self.example" },
        pinnedKeys: over.pinnedKeys ?? { [keyId]: own.publicKey },
        lastSequence: 0,
        credentials: {},
        signer: authority.signer,
        http: shape(simulator.http),
        clock: systemClock,
      }),
    calls: SYNAPSE_CALLS,
    pass: async () => undefined,
    lets: async (origin) => simulator.lets(origin),
    restart: async () => simulator.restart(),
    stop: async () => undefined,
  };
};
