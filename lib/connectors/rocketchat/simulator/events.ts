import { createHash } from "node:crypto";
import { canonicalJson, type Json, type JsonObject } from "#lib/domain/canonical.ts";
import { signedContent, toUnpadded } from "#lib/platform/signed-json.ts";

/** Which keys of an event, and of the content of some types, outlive a redaction (Matrix room versions 10 and 11). */
const KEPT = [
  ...["type", "room_id", "sender", "state_key", "content", "hashes", "signatures", "depth", "prev_events"],
  ...["auth_events", "origin_server_ts"],
];
const KEPT_UNTIL_10 = [...KEPT, "prev_state", "origin", "membership"];
const MEMBER = ["membership", "join_authorised_via_users_server"];
const LEVELS = ["ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const only = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));

const contentOf = (type: Json | undefined, content: JsonObject, isOld: boolean): JsonObject => {
  if (type === "m.room.create") return isOld ? only(content, ["creator"]) : content;
  if (type === "m.room.member") return only(content, MEMBER);
  if (type === "m.room.join_rules") return only(content, ["join_rule", "allow"]);
  if (type === "m.room.power_levels") return only(content, isOld ? LEVELS : [...LEVELS, "invite"]);
  if (type === "m.room.history_visibility") return only(content, ["history_visibility"]);
  return {};
};

/** An event as its signatures and its id cover it. */
export const redact = (event: JsonObject, version: string): JsonObject => {
  const isOld = Number(version) < 11;
  const content = isObject(event["content"]) ? event["content"] : {};
  return { ...only(event, isOld ? KEPT_UNTIL_10 : KEPT), content: contentOf(event["type"], content, isOld) };
};

const sha256 = (value: JsonObject): Buffer => createHash("sha256").update(canonicalJson(value)).digest();

/** The event's id: the hash of what a redaction leaves of it (room versions from 4). */
export const eventIdOf = (event: JsonObject, version: string): string =>
  `$${sha256(signedContent(redact(event, version))).toString("base64url")}`;

/** The same event with the hash of its content, which makes a changed text known. */
export const withHash = (event: JsonObject): JsonObject => {
  const { hashes: _, ...rest } = event;
  return { ...rest, hashes: { sha256: toUnpadded(sha256(signedContent(rest))) } };
};

/** Whether an event's hash is that of its content. */
export const isWhole = (event: JsonObject): boolean =>
  canonicalJson(withHash(event)["hashes"] ?? null) === canonicalJson(event["hashes"] ?? null);
