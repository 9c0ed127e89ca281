import { z } from "zod";
import type { Http, HttpRequest } from "#lib/platform/http.ts";
import { readJson } from "#lib/platform/http.ts";
import { ESS_VERSION, WHITELIST } from "./element-ess/wire.ts";
import { ROUTES } from "./synapse/wire.ts";

/** Which interface answers at an address, for the kinds that a Synapse can have. */
export type Detected = "synapse_module" | "element_ess" | "neither";

const refusal = z.looseObject({ errcode: z.string() });
const TIMEOUT_MS = 5_000;

type Where = Pick<HttpRequest, "ca" | "resolveTo" | "signal"> & { readonly url: string };

/**
 * Looks which interface stands at a base address, with no credential: the module answers an empty question with a refusal
 * of its own, the suite's gateway asks for a token where a server without it does not know the route.
 */
export const detectInterface = async (http: Http, { url, ...way }: Where): Promise<Detected> => {
  const base = url.replace(/\/+$/, "");
  const ask = async (path: string, request: HttpRequest = {}) => {
    const answer = await http(`${base}${path}`, { timeoutMs: TIMEOUT_MS, ...way, ...request });
    if (!answer.ok) return { status: 0, errcode: "" };
    const said = readJson(answer.value, refusal);
    return { status: answer.value.status, errcode: said.ok ? said.value.errcode : "" };
  };
  const headers = { "content-type": "application/json" };
  const [module, suite, list] = await Promise.all([
    ask(`${ROUTES}/ask`, { method: "POST", body: "{}", headers }),
    ask(ESS_VERSION),
    ask(`${WHITELIST}?page=0&limit=1`),
  ]);
  if (module.errcode.startsWith("TILLIT_")) return "synapse_module";
  const asksForToken = list.status === 401 && list.errcode === "M_MISSING_TOKEN";
  return suite.status === 200 && asksForToken ? "element_ess" : "neither";
};
