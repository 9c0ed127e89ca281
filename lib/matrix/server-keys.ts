import { z } from "zod";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Http, type HttpFailure, readJson } from "#lib/platform/http.ts";
import { verifySignedJson } from "#lib/platform/signed-json.ts";
import { callTarget, type Target } from "./target.ts";

const answerForm = z.looseObject({
  server_name: z.string(),
  valid_until_ts: z.int().nonnegative(),
  verify_keys: z.record(z.string(), z.looseObject({ key: z.string() })),
  signatures: z.record(z.string(), z.record(z.string(), z.string())),
});
const versionForm = z.looseObject({ server: z.looseObject({ name: z.string(), version: z.string() }) });

/** The spec has servers treat an answer as valid for at most seven days, whatever it says. */
const LONGEST_VALID = 7 * DAY;

/** A homeserver's own signing keys, each proven by a signature of its own. */
export type ServerKeys = {
  /** Key id to key, unpadded base64. */
  readonly keys: Readonly<Record<string, string>>;
  readonly validUntil: Instant;
  /** The whole answer, for signatures by other keys. */
  readonly document: JsonObject;
};

export type KeyFault = {
  readonly code: HttpFailure["code"] | "wrong_status" | "wrong_server_name" | "no_self_signed_key" | "keys_expired";
  readonly detail: string;
};

/** Checks an answer of `/_matrix/key/v2/server`: whose it is, until when, and that each key signed it. */
export const verifyServerKeys = (
  document: JsonObject,
  serverName: string,
  now: Instant,
): Result<ServerKeys, KeyFault> => {
  const read = answerForm.safeParse(document);
  if (!read.success) return err({ code: "unexpected_json", detail: read.error.issues[0]?.path.join(".") ?? "" });
  const { server_name, valid_until_ts, verify_keys } = read.data;
  if (server_name !== serverName) return err({ code: "wrong_server_name", detail: server_name });
  if (valid_until_ts <= now) return err({ code: "keys_expired", detail: String(valid_until_ts) });
  const proven = Object.entries(verify_keys).filter(
    ([id, { key }]) => verifySignedJson(document, serverName, id, key).ok,
  );
  if (proven.length === 0) return err({ code: "no_self_signed_key", detail: Object.keys(verify_keys).join(" ") });
  return ok({
    keys: Object.fromEntries(proven.map(([id, { key }]) => [id, key])),
    validUntil: instant(Math.min(valid_until_ts, now + LONGEST_VALID)),
    document,
  });
};

/** Asks a homeserver for its keys and verifies them (Matrix spec, server-server API, "Retrieving server keys"). */
export const fetchServerKeys = async (
  http: Http,
  target: Target,
  now: Instant,
): Promise<Result<ServerKeys, KeyFault>> => {
  const answer = await callTarget(http, target, "/_matrix/key/v2/server");
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err({ code: "wrong_status", detail: String(answer.value.status) });
  const json = readJson(answer.value, z.record(z.string(), z.json()));
  return json.ok ? verifyServerKeys(json.value, target.serverName, now) : json;
};

export type KeyChange =
  | { readonly kind: "same" }
  /** New keys, and the answer is signed by a key that was pinned: pinned at once. */
  | { readonly kind: "rotated"; readonly added: readonly string[] }
  /** New keys without that proof, or another key under a pinned id: the server's agreements are held. */
  | { readonly kind: "changed"; readonly added: readonly string[] };

/**
 * What a fresh answer means for keys already pinned. A pinned key that is merely gone changes nothing: the rest of the
 * answer is still proven by a pinned one.
 */
export const judgeKeyChange = (
  pinned: Readonly<Record<string, string>>,
  fresh: ServerKeys,
  serverName: string,
): KeyChange => {
  const added = Object.keys(fresh.keys).filter((id) => pinned[id] !== fresh.keys[id]);
  if (added.length === 0) return { kind: "same" };
  const replaced = added.some((id) => pinned[id] !== undefined);
  const byOld = Object.entries(pinned).some(([id, key]) => verifySignedJson(fresh.document, serverName, id, key).ok);
  return { kind: byOld && !replaced ? "rotated" : "changed", added };
};

/** Name and version of the software, as it says itself without a signature. */
export type ServerVersion = { readonly name: string; readonly version: string };

/** Asks `/_matrix/federation/v1/version`, unsigned. */
export const fetchServerVersion = async (
  http: Http,
  target: Target,
): Promise<Result<ServerVersion, { readonly code: KeyFault["code"]; readonly detail: string }>> => {
  const answer = await callTarget(http, target, "/_matrix/federation/v1/version");
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return err({ code: "wrong_status", detail: String(answer.value.status) });
  const json = readJson(answer.value, versionForm);
  return json.ok ? ok({ name: json.value.server.name, version: json.value.server.version }) : json;
};
