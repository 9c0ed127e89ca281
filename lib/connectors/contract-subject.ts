import type { ServerName } from "#lib/domain/server-name.ts";
import type { Http, HttpRequest } from "#lib/platform/http.ts";
import type { Signer } from "#lib/platform/signed-json.ts";
import type { Change, Connector, Limits } from "./connector.ts";

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
  readonly whenStale?: "keep" | "shut";
};

type CallMatcher = (url: string, request: HttpRequest | undefined) => boolean;

/** A running server and the ways in which the contract troubles it. */
export type Subject = {
  readonly self: ServerName;
  /** Three names that may be opened; the third has a port where the vendor's limits know of ports. */
  readonly partners: readonly [ServerName, ServerName, ServerName];
  readonly authority: Authority;
  /** A connector made anew, which remembers nothing of an earlier one; its calls pass through `shape`. */
  readonly connector: (
    shape?: (http: Http) => Http,
    over?: { readonly pinnedKeys?: Readonly<Record<string, string>> },
  ) => Connector;
  /** Which of the connector's calls carry the list to the server, and which read it back. */
  readonly calls: { readonly write: CallMatcher; readonly read: CallMatcher };
  /** Lets so much time pass (ms) for the server and the connector, in truth or by their clock. */
  readonly pass: (ms: number) => Promise<void>;
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
  /** What a vendor must be able to do for this law to hold. Where its limits deny it, the contract proves that it does not hold. */
  readonly needs?: {
    readonly [Limit in keyof Limits]: Limits[Limit] extends boolean | undefined ? Limit : never;
  }[keyof Limits];
  readonly run: (subject: Subject) => Promise<void>;
};
