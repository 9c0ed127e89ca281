import { z } from "zod";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName, splitServerName } from "#lib/domain/server-name.ts";
import { type HttpAnswer, type HttpFailure, readJson } from "#lib/platform/http.ts";
import type { ConnectorFault } from "../fault.ts";

/** The setting that holds the list, and where it is read and written. */
export const ALLOW_LIST = "Federation_Service_Allow_List";
export const SETTING_PATH = `/api/v1/settings/${ALLOW_LIST}`;
export const INFO_PATH = "/api/info";

/** Stands for "nobody": a name that can never resolve (RFC 6761), since an empty list lets everybody in. */
export const NOBODY = "none.invalid";

/** The first version taken to match exactly without asking (PR 39752 of 2026-03-19 came after 8.2); the probe is the proof. */
const EXACT_SINCE = [8, 3] as const;

const settingAnswer = z.looseObject({ _id: z.literal(ALLOW_LIST), value: z.string(), success: z.literal(true) });
const doneAnswer = z.looseObject({ success: z.literal(true) });
const infoAnswer = z.looseObject({ version: z.string() });
const refusal = z.looseObject({
  success: z.literal(false),
  error: z.string().optional(),
  errorType: z.string().optional(),
});

const untrusted = (detail: string, status?: number): ConnectorFault => ({
  code: "answer_invalid",
  detail,
  kind: "untrusted",
  ...(status === undefined ? {} : { status }),
});

/** A call that brought no answer. */
export const awayOf = ({ code, detail }: HttpFailure): ConnectorFault => ({
  code,
  detail,
  kind: code === "not_json" || code === "unexpected_json" || code === "redirect_elsewhere" ? "untrusted" : "away",
});

const TYPES: Readonly<Record<string, string>> = {
  "totp-required": "two_factor_required",
  "totp-invalid": "two_factor_refused",
  "invalid-params": "request_refused",
};

const codeOf = (status: number, type: string | undefined, error: string): string | undefined => {
  if (status === 401) return "credential_refused";
  if (status === 403) return error.includes("[error-unauthorized]") ? "permission_missing" : undefined;
  if (status === 429) return "rate_limited";
  if (status !== 400) return undefined;
  return type === undefined ? (error === "" ? "setting_absent" : undefined) : TYPES[type];
};

/** An answer that is no success, as a fault with a code of its own for each thing that a person can mend. */
export const faultOf = (answer: HttpAnswer): ConnectorFault => {
  const { status } = answer;
  const said = readJson(answer, refusal);
  if (!said.ok) {
    if (status >= 500) return { code: "server_error", detail: `status ${status}`, kind: "away", status };
    return untrusted(said.error.detail, status);
  }
  const detail = said.value.error ?? "";
  const code = codeOf(status, said.value.errorType, detail);
  if (code === undefined) return untrusted(detail, status);
  return { code, detail, kind: code === "rate_limited" ? "away" : "refuses", status };
};

/** Until when the server wants no further call, in epoch ms; undefined where it does not say. */
export const blockedUntil = ({ status, headers }: HttpAnswer): number | undefined => {
  const reset = Number(headers["x-ratelimit-reset"]);
  return status === 429 && Number.isSafeInteger(reset) && reset > 0 ? reset : undefined;
};

/** Reads the setting's value. */
export const readSetting = (answer: HttpAnswer): Result<string, ConnectorFault> => {
  if (answer.status !== 200) return err(faultOf(answer));
  const read = readJson(answer, settingAnswer);
  return read.ok ? ok(read.value.value) : err(untrusted(read.error.detail, 200));
};

/** Reads the answer to a write. It says no more than that the request was understood. */
export const readDone = (answer: HttpAnswer): Result<undefined, ConnectorFault> => {
  if (answer.status !== 200) return err(faultOf(answer));
  const read = readJson(answer, doneAnswer);
  return read.ok ? ok(undefined) : err(untrusted(read.error.detail, 200));
};

/** The server's version, or undefined where it does not say. */
export const readVersion = (answer: HttpAnswer): string | undefined => {
  const read = readJson(answer, infoAnswer);
  return answer.status === 200 && read.ok ? read.value.version : undefined;
};

/** What the server makes of a stored value: trimmed, lower case, empty entries dropped, and nothing at all is everybody. */
export const policyOf = (value: string): Policy | Unknown => {
  const entries = value
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
  if (entries.length === 0) return { mode: "open" };
  const names = entries.filter((entry) => entry !== NOBODY).map((entry) => parseServerName(entry));
  if (!names.every((name) => name.ok)) return { mode: "unknown", why: "an entry is no server name" };
  return { mode: "closed", allow: new Set(names.flatMap((name) => (name.ok ? [name.value] : []))) };
};

/** The value that lets in exactly these names: never empty, never only commas. */
export const listValue = (names: readonly ServerName[]): string =>
  names.length === 0 ? NOBODY : names.toSorted().join(",");

/** Rocket.Chat takes what follows the last colon of a name for something else: with such a name it cannot federate. */
export const cannotFederate = (name: ServerName): boolean =>
  name.includes(":") || splitServerName(name).port !== undefined;

/** Whether this version may let in every name that ends as a listed one does. True for a version that says nothing. */
export const mayMatchSuffix = (version: string | undefined): boolean => {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  if (major === undefined) return true;
  const [fromMajor, fromMinor] = EXACT_SINCE;
  return Number(major) < fromMajor || (Number(major) === fromMajor && Number(minor) < fromMinor);
};

/** A name that is on no list and ends as this one does. */
export const lookAlikeOf = (name: ServerName): string => `x${name}`;
