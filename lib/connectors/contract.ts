import { describe, it } from "vitest";
import { planChange } from "#lib/domain/allow-list.ts";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import type { Http } from "#lib/platform/http.ts";
import { newKeyPair, type Signer } from "#lib/platform/signed-json.ts";
import { contentDigest } from "#lib/signing/documents.ts";
import { makeKeyset, makeList } from "#lib/signing/make.ts";
import type { Change, Connector } from "./connector.ts";
import { CONTRACT_LAWS } from "./contract-laws.ts";

/** A portal for one server: it has the root and list keys and signs the next list as the worker would. */
export type Authority = {
  readonly federation: string;
  readonly rootKeys: Readonly<Record<string, string>>;
  readonly signer: Signer;
  /** The next version with these names open, or the list that `over` describes. */
  readonly next: (names: readonly ServerName[], over?: NextOver) => Change;
};
export type NextOver = {
  readonly version?: number;
  readonly audience?: ServerName;
  readonly mode?: "observe" | "enforce";
};

const LIFE = 3 * DAY;

/** Makes the keys of a federation of one server. */
export const newAuthority = (federation: string, self: ServerName, now: () => Instant): Authority => {
  const root = newKeyPair();
  const list = newKeyPair();
  const signer = { keyId: "ed25519:list-1", privateKey: list.privateKey };
  const begun = now();
  const listKeys = {
    [signer.keyId]: { key: list.publicKey, from: instant(begun - DAY), until: instant(begun + 300 * DAY) },
  };
  const keyset = makeKeyset({ federation, epoch: 1, serial: 1, issuedAt: begun, listKeys }, [
    { keyId: "ed25519:root", privateKey: root.privateKey },
  ]);
  let last = 0;
  let names: ReadonlySet<ServerName> = new Set();
  return {
    federation,
    rootKeys: { "ed25519:root": root.publicKey },
    signer,
    next: (open, { version = last + 1, audience = self, mode = "enforce" } = {}) => {
      const from = instant(begun - DAY);
      const reason = { id: "agr_contract", digest: `sha256:${"A".repeat(43)}`, from };
      const allow = open.toSorted().map((server) => ({ server, reasons: [reason] }));
      const issuedAt = now();
      const expiresAt = instant(issuedAt + LIFE);
      const text = makeList(
        { federation, audience, epoch: 1, version, mode, issuedAt, expiresAt, whenStale: "keep", allow },
        signer,
      );
      const plan = planChange(names, new Set(open));
      if (version > last) {
        last = version;
        names = new Set(open);
      }
      const digest = contentDigest(text);
      return { plan, list: { audience, mode, epoch: 1, version, digest, expiresAt, names: open, keyset, list: text } };
    },
  };
};

/** A running server and the ways in which the contract troubles it. */
export type Subject = {
  readonly self: ServerName;
  /** Three names that may be opened. */
  readonly partners: readonly [ServerName, ServerName, ServerName];
  readonly authority: Authority;
  /** A connector made anew, which remembers nothing of an earlier one; its calls pass through `shape`. */
  readonly connector: (
    shape?: (http: Http) => Http,
    over?: { readonly pinnedKeys?: Readonly<Record<string, string>> },
  ) => Connector;
  /** The truth, past the connector: whether the server lets that name's requests in. */
  readonly lets: (origin: ServerName) => Promise<boolean>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts a server with nothing stored: open to all before its first list, or closed. */
export type StartSubject = (options: { readonly beforeFirstList: "open" | "closed" }) => Promise<Subject>;

/** One law: what it guarantees, and a run that throws where it is broken. */
export type ContractLaw = {
  readonly name: string;
  readonly beforeFirstList?: "open";
  readonly run: (subject: Subject) => Promise<void>;
};

/** Holds one kind of connector to every law, each on a server of its own. `timeoutMs` is for slow real servers. */
export const connectorContract = (name: string, start: StartSubject, timeoutMs = 10_000): void => {
  describe(`the ${name} connector`, () => {
    for (const law of CONTRACT_LAWS) {
      it(
        law.name,
        async () => {
          const subject = await start({ beforeFirstList: law.beforeFirstList ?? "closed" });
          try {
            await law.run(subject);
          } finally {
            await subject.stop();
          }
        },
        timeoutMs,
      );
    }
  });
};
