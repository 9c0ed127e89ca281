import { expect, test } from "vitest";
import type { JsonObject } from "#lib/domain/canonical.ts";
import { newKeyPair, signJson } from "#lib/platform/signed-json.ts";
import { eventIdOf, redact, withHash } from "./events.ts";
import { Rooms } from "./rooms.ts";
import { RocketChatServer } from "./server.ts";
import { readTable } from "./table.ts";

const SELF = "chat.rocket.example";
const OTHER = "chat.synapse.example";
const ROOM = `!room:${OTHER}`;
const KEY_ID = "ed25519:a";
const keys = newKeyPair();
const signer = { keyId: KEY_ID, privateKey: keys.privateKey };

const scene = (list: string) => {
  const server = new RocketChatServer(SELF, readTable(), list);
  const rooms = new Rooms(server, `@cecilia:${SELF}`);
  server.beyond = (request) => rooms.answer(request);
  server.trust(OTHER, KEY_ID, keys.publicKey);
  return { server, rooms };
};

/** An invitation as the other server sends it; `change` is made after it was signed. */
const invite = ({ server }: ReturnType<typeof scene>, change: (content: JsonObject) => JsonObject = (same) => same) => {
  const member = { type: "m.room.member", state_key: `@cecilia:${SELF}`, content: { membership: "invite" } };
  const place = { room_id: ROOM, sender: `@astrid:${OTHER}`, origin_server_ts: 1, depth: 5 };
  const whole = withHash({ ...place, ...member, prev_events: ["$a"], auth_events: ["$b"] });
  const { signatures = {} } = signJson(redact(whole, "11"), OTHER, signer);
  const event = { ...whole, signatures };
  const content = { room_version: "11", event, invite_room_state: [] };
  const uri = `/_matrix/federation/v2/invite/${encodeURIComponent(ROOM)}/${encodeURIComponent(eventIdOf(event, "11"))}`;
  const request = { method: "PUT", uri, origin: OTHER, destination: SELF, content };
  const signed = JSON.stringify(signJson(request, OTHER, signer)["signatures"]);
  const sig = /"([A-Za-z0-9+/]{86})"/.exec(signed)?.[1];
  const authorization = `X-Matrix origin="${OTHER}",destination="${SELF}",key="${KEY_ID}",sig="${sig ?? ""}"`;
  const body = JSON.stringify(change(content));
  return server.answer({ method: "PUT", uri, headers: { authorization }, body, address: "127.0.0.1" });
};

test("an invitation signed by a listed server reaches the simulated Rocket.Chat, which signs it too", () => {
  const there = scene(OTHER);
  const { status, body } = invite(there);
  expect([status, there.rooms.isInvitedTo(ROOM)]).toEqual([200, true]);
  expect(JSON.parse(body)).toMatchObject({ event: { signatures: { [SELF]: {}, [OTHER]: {} } } });
});

test("the same invitation is refused by the list before its signature is looked at", () => {
  const there = scene("chat.third.example");
  expect(invite(there)).toMatchObject({ status: 403 });
  expect(there.rooms.isInvitedTo(ROOM)).toBe(false);
});

test("a request whose content was changed after signing is refused", () => {
  const there = scene(OTHER);
  const answer = invite(there, (content) => ({ ...content, invite_room_state: [{ type: "m.room.name" }] }));
  expect([answer.status, answer.body.includes("Invalid or missing signature")]).toEqual([401, true]);
  expect(there.rooms.isInvitedTo(ROOM)).toBe(false);
});
