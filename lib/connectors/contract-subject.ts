import type { ServerName } from "#lib/domain/server-name.ts";
import type { Http } from "#lib/platform/http.ts";
import type { Signer } from "#lib/platform/signed-json.ts";
import type { Change, Connector } from "./connector.ts";

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
