import type { ServerName } from "#lib/domain/server-name.ts";
import { PROXY_REFUSAL } from "#lib/matrix/probe-rules.ts";
import { literal } from "./template.ts";

const NAME = String.raw`(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?`;
const KEY = "ed25519:[A-Za-z0-9_]{1,64}";
const SIGNATURE = "[A-Za-z0-9+/]{1,128}";
const either = (value: string): string => `(?:"${value}"|${value})`;
const once = (parameter: string): string => `(?!.*${parameter}=.*${parameter}=)`;

/**
 * One `X-Matrix` authorization, strictly (Matrix spec, server-server API, "Request Authentication"): the four parameters
 * in any order, each once, quoted or not; the origin in lower case; the destination is this server. No value may hold a
 * comma, an equals sign, a quote, a backslash or a percent sign, so that there is one way to read it. Perl syntax.
 */
export const headerForm = (audience: ServerName): string => {
  const parameters = [
    `origin=${either(NAME)}`,
    `destination=${either(literal(audience))}`,
    `key=${either(KEY)}`,
    `sig=${either(SIGNATURE)}`,
  ];
  const one = `(?:${parameters.join("|")})`;
  const each = ["origin", "destination", "key", "sig"].map(once).join("");
  return `^X-Matrix +${each}${one}(?: *, *${one}){3} *$`;
};

/** Finds one parameter's value in a header of that form, as the group `name`; to be put behind the `^`. */
export const parameterIn = (parameter: "origin" | "key" | "sig", name: string): string =>
  `(?=.*[ ,]${parameter}="?(?<${name}>[^", ]+))`;

/**
 * What everybody reads who is not let in, whatever they asked: the beginning is Synapse's own, so that probes understand
 * it, and no name is repeated.
 */
export const REFUSAL = `{"errcode":"M_FORBIDDEN","error":"${PROXY_REFUSAL}"}`;
