import type { IncomingMessage, ServerResponse } from "node:http";

/** The part of the package `oidc-provider` that the demo uses; it brings no types of its own. */
export type Account = { readonly accountId: string; readonly claims: () => object };

type Grant = { addOIDCScope(scope: string): void; save(): Promise<string> };

export type Provider = {
  readonly Grant: new (of: { accountId: string; clientId: string }) => Grant;
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  interactionDetails(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ readonly uid: string; readonly params: Readonly<Record<string, unknown>> }>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
    options: { readonly mergeWithLastSubmission: boolean },
  ): Promise<void>;
};

export type Context = {
  readonly oidc: {
    readonly result?: { readonly login?: { readonly accountId: string } };
    readonly session?: { readonly accountId?: string };
    readonly client?: { readonly clientId: string };
    readonly account?: { readonly accountId: string };
    readonly provider: Provider;
  };
};

type Check = object;
type CheckClass = {
  readonly REQUEST_PROMPT: unknown;
  readonly NO_NEED_TO_PROMPT: unknown;
  new (reason: string, description: string, check: (context: Context) => unknown): Check;
};

type Library = {
  readonly default: new (issuer: string, configuration: object) => Provider;
  readonly interactionPolicy: {
    readonly Check: CheckClass;
    base(): { get(name: string): { readonly checks: { add(check: Check): void } } };
  };
};

const PACKAGE: string = "oidc-provider";
const library: Library = await import(PACKAGE);

export const { interactionPolicy } = library;
export const OidcProvider = library.default;
