import { z } from "zod";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type HttpAnswer, type HttpFailure, readJson } from "#lib/platform/http.ts";
import type { ConnectorFault } from "../fault.ts";

/** The allow-list of the suite's gateway, under the homeserver's base address (element-admin, `federation-allowlist.ts`). */
export const WHITELIST = "/_synapse/io.element/admin/v1/federation/whitelist";
/** Answers where the server belongs to the suite, whatever modules it runs. */
export const ESS_VERSION = "/_synapse/ess/version";
/** Names asked for and sent at a time, as the suite's own console does. */
export const PAGE = 100;
/**
 * Stands on every list that the portal drives, so that it is never empty: what the gateway makes of an empty list is not
 * documented, and `.invalid` (RFC 2606) can never be anybody's name.
 */
export const PLACEHOLDER = "none.invalid";

const page = z.looseObject({
  server_names: z.array(z.looseObject({ server_name: z.string(), created_at: z.number() })),
  total_count: z.int().nonnegative(),
});
const refusal = z.looseObject({
  errcode: z.string(),
  error: z.string().optional(),
  soft_logout: z.boolean().optional(),
});

export type Page = { readonly entries: readonly string[]; readonly total: number };

const untrusted = (detail: string, status?: number): ConnectorFault => ({
  code: "answer_invalid",
  detail,
  kind: "untrusted",
  ...(status === undefined ? {} : { status }),
});

/** A call that gave no answer, as a fault of the port. */
export const awayOf = ({ code, detail }: HttpFailure): ConnectorFault => ({
  code,
  detail,
  kind: ["not_json", "unexpected_json", "redirect_elsewhere"].includes(code) ? "untrusted" : "away",
});

/** An answer that is not 200, as a fault with one thing to do about it. */
export const faultOf = (answer: HttpAnswer): ConnectorFault => {
  const { status } = answer;
  const said = readJson(answer, refusal);
  const refused = (code: string, detail: string): ConnectorFault => ({ code, detail, kind: "refuses", status });
  if (status >= 500 || status === 429)
    return { code: "server_error", detail: `status ${status}`, kind: "away", status };
  if (!said.ok) return untrusted(`status ${status}`, status);
  const { errcode, error = "", soft_logout: expired } = said.value;
  const detail = `${errcode} ${error}`.trim();
  if (status === 404) return refused("module_absent", detail);
  if (status === 401) return refused(expired === true ? "credential_expired" : "credential_refused", detail);
  if (status === 403) return refused("permission_missing", detail);
  return refused("refused_by_server", detail);
};

export const readPage = (answer: HttpAnswer): Result<Page, ConnectorFault> => {
  const read = readJson(answer, page);
  if (!read.ok) return err(untrusted(read.error.detail, answer.status));
  const entries = read.value.server_names.map(({ server_name }) => server_name);
  return ok({ entries, total: read.value.total_count });
};

/** A list as the gateway holds it: what is one server's name, and what is anything else and may let in many. */
export type Entries = { readonly names: ReadonlySet<ServerName>; readonly loose: readonly string[] };

/** An entry counts as a name only where it is written exactly as names are compared; all else is held to be a pattern. */
export const sortEntries = (entries: readonly string[]): Entries => {
  const names = new Set<ServerName>();
  const loose: string[] = [];
  for (const entry of new Set(entries)) {
    const name = parseServerName(entry);
    if (entry === PLACEHOLDER) continue;
    if (name.ok && name.value === entry) names.add(name.value);
    else loose.push(entry);
  }
  return { names, loose };
};
