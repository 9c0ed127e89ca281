import { randomBytes } from "node:crypto";
import { Agent, request as httpsRequest } from "node:https";
import { z } from "zod";
import type { Json, JsonObject } from "#lib/domain/canonical.ts";
import { eventIdOf, isWhole, redact, withHash } from "./events.ts";
import type { RocketChatServer, SimAnswer, SimRequest } from "./server.ts";

/** Where another server answers; a real one would look for it. */
type Peer = { readonly port: number; readonly ca: string };
type Room = {
  readonly version: string;
  readonly authEvents: readonly string[];
  readonly others: readonly string[];
  extremities: readonly string[];
  depth: number;
};
type Message = { readonly room: string; readonly id: string; readonly sender: string; readonly text: string };
/** What the other server said, raw. */
type Said = { readonly status: number; readonly json: Json };

const VERSION = "11";
const VERSIONS = ["10", "11"];
const PATHS = {
  invite: /^\/_matrix\/federation\/v2\/invite\/([^/]+)\/([^/?]+)$/,
  send: /^\/_matrix\/federation\/v1\/send\/[^/?]+$/,
};
const object = z.record(z.string(), z.json());
const Invited = z.looseObject({ room_version: z.string(), event: object });
const Transaction = z.looseObject({ pdus: z.array(object) });
const Template = z.looseObject({ room_version: z.string(), event: object });
const Joined = z.looseObject({ state: z.array(object) });
const Event = z.looseObject({
  room_id: z.string(),
  sender: z.string(),
  type: z.string(),
  depth: z.int(),
  prev_events: z.array(z.string()),
  content: z.looseObject({ body: z.string().optional() }),
});

const serverOf = (userId: string): string => userId.slice(userId.indexOf(":") + 1);
const json = (status: number, body: JsonObject): SimAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const refused = (errcode: string, error: string, status = 400): SimAnswer => json(status, { errcode, error });

const parsed = (text: string): Json => {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return null;
  }
};

/**
 * The rooms of a simulated Rocket.Chat: as much of the Matrix federation as an invitation, a join and messages need. What
 * goes out is signed and is held by no list, as the vendor's; what comes in has passed the table's checks before.
 */
export class Rooms {
  readonly #server: RocketChatServer;
  readonly #user: string;
  readonly #peers = new Map<string, Peer>();
  readonly #rooms = new Map<string, Room>();
  readonly #invitations = new Map<string, string>();
  readonly #messages: Message[] = [];
  readonly #agents = new Map<string, Agent>();

  /** @param user the one person of this server, as a Matrix user id */
  constructor(server: RocketChatServer, user: string) {
    this.#server = server;
    this.#user = user;
  }

  meet(name: string, peer: Peer): void {
    this.#peers.set(name, peer);
    this.#agents.set(name, new Agent({ keepAlive: true, ca: peer.ca, servername: name }));
  }
  isInvitedTo(room: string): boolean {
    return this.#invitations.has(room);
  }
  messages(room: string): readonly Message[] {
    return this.#messages.filter((message) => message.room === room);
  }

  /** Answers a request that the table's checks have let through; undefined for a route that is not simulated. */
  answer({ method, uri, body }: SimRequest): SimAnswer | undefined {
    if (method !== "PUT") return undefined;
    if (PATHS.invite.test(uri)) return this.#invited(body);
    return PATHS.send.test(uri) ? this.#received(body) : undefined;
  }

  #invited(body: string): SimAnswer {
    const read = Invited.safeParse(parsed(body));
    if (!read.success) return refused("M_BAD_JSON", "not an invitation");
    const { room_version: version, event } = read.data;
    if (!VERSIONS.includes(version)) return refused("M_INCOMPATIBLE_ROOM_VERSION", version);
    const invitation = Event.safeParse(event);
    if (!invitation.success || !this.#isFrom(event, version)) return refused("M_FORBIDDEN", "not signed", 403);
    this.#invitations.set(invitation.data.room_id, invitation.data.sender);
    return json(200, { event: this.#sign(event, version) });
  }

  #received(body: string): SimAnswer {
    const read = Transaction.safeParse(parsed(body));
    if (!read.success) return refused("M_BAD_JSON", "not a transaction");
    return json(200, { pdus: Object.fromEntries(read.data.pdus.flatMap((event) => this.#take(event))) });
  }

  #take(event: JsonObject): readonly (readonly [string, JsonObject])[] {
    const read = Event.safeParse(event);
    const room = read.success ? this.#rooms.get(read.data.room_id) : undefined;
    if (!read.success || room === undefined) return [];
    const id = eventIdOf(event, room.version);
    if (!this.#isFrom(event, room.version)) return [[id, { error: "not signed by its sender's server" }]];
    const { data } = read;
    room.extremities = [...room.extremities.filter((each) => !data.prev_events.includes(each)), id];
    room.depth = Math.max(room.depth, data.depth);
    if (data.type === "m.room.message" && data.content.body !== undefined)
      this.#messages.push({ room: data.room_id, id, sender: data.sender, text: data.content.body });
    return [[id, {}]];
  }

  /** Whether the event is whole and signed by its sender's server. */
  #isFrom(event: JsonObject, version: string): boolean {
    const sender = String(event["sender"]);
    return isWhole(event) && this.#server.isSignedBy(redact(event, version), serverOf(sender));
  }

  #sign(event: JsonObject, version: string): JsonObject {
    const { signatures = {} } = this.#server.sign(redact(event, version));
    return { ...event, signatures };
  }

  #made(event: JsonObject, version: string): { readonly id: string; readonly event: JsonObject } {
    const whole = this.#sign(withHash({ ...event, origin_server_ts: this.#server.clock.now() }), version);
    return { id: eventIdOf(whole, version), event: whole };
  }

  /** A signed request of this server. No list of its own stands in the way. */
  #ask(destination: string, method: string, uri: string, content?: JsonObject): Promise<Said> {
    const peer = this.#peers.get(destination);
    if (peer === undefined) return Promise.reject(new Error(`${destination} is not known`));
    const body = content === undefined ? "" : JSON.stringify(content);
    const headers = {
      authorization: this.#server.authorization({ method, uri, destination, content }),
      host: destination,
      ...(content === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
    };
    const agent = this.#agents.get(destination);
    return new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port: peer.port, path: uri, method, headers, agent };
      const request = httpsRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, json: parsed(Buffer.concat(chunks).toString("utf8")) });
        });
      });
      request.setTimeout(20_000, () => request.destroy(new Error(`${destination} did not answer in time`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  createRoom(): string {
    const room = `!${randomBytes(12).toString("base64url")}:${this.#server.name}`;
    const base = { room_id: room, sender: this.#user };
    const content = { room_version: VERSION };
    const first = {
      ...base,
      type: "m.room.create",
      state_key: "",
      content,
      depth: 1,
      prev_events: [],
      auth_events: [],
    };
    const created = this.#made(first, VERSION);
    const own = { type: "m.room.member", state_key: this.#user, content: { membership: "join" }, depth: 2 };
    const joined = this.#made({ ...base, ...own, prev_events: [created.id], auth_events: [created.id] }, VERSION);
    const authEvents = [created.id, joined.id];
    this.#rooms.set(room, { version: VERSION, authEvents, others: [], extremities: [joined.id], depth: 2 });
    return room;
  }

  async invite(id: string, userId: string): Promise<Said> {
    const room = this.#rooms.get(id);
    if (room === undefined) throw new Error(`${id} is not known`);
    const { version, authEvents, extremities, depth } = room;
    const place = { room_id: id, sender: this.#user, depth: depth + 1 };
    const what = { type: "m.room.member", state_key: userId, content: { membership: "invite" } };
    const made = this.#made({ ...place, ...what, prev_events: extremities, auth_events: authEvents }, version);
    const uri = `/_matrix/federation/v2/invite/${encodeURIComponent(id)}/${encodeURIComponent(made.id)}`;
    const state = { type: "m.room.create", state_key: "", sender: this.#user, content: { room_version: version } };
    const content = { room_version: version, event: made.event, invite_room_state: [state] };
    return this.#ask(serverOf(userId), "PUT", uri, content);
  }

  async join(id: string, via: string): Promise<Said> {
    const versions = VERSIONS.map((each) => `ver=${each}`).join("&");
    const at = (name: string): string => encodeURIComponent(name);
    const asked = await this.#ask(
      via,
      "GET",
      `/_matrix/federation/v1/make_join/${at(id)}/${at(this.#user)}?${versions}`,
    );
    if (asked.status !== 200) return asked;
    const { room_version: version, event } = Template.parse(asked.json);
    const made = this.#made(event, version);
    const uri = `/_matrix/federation/v2/send_join/${at(id)}/${at(made.id)}`;
    const said = await this.#ask(via, "PUT", uri, made.event);
    if (said.status !== 200) return said;
    const { state } = Joined.parse(said.json);
    const needed = state.filter(({ type }) => type === "m.room.create" || type === "m.room.power_levels");
    const authEvents = [...needed.map((each) => eventIdOf(each, version)), made.id];
    const depth = z.int().parse(event["depth"]);
    this.#rooms.set(id, { version, authEvents, others: [via], extremities: [made.id], depth });
    return { status: 200, json: { room_id: id } };
  }

  async send(id: string, text: string): Promise<Said> {
    const room = this.#rooms.get(id);
    if (room === undefined) throw new Error(`${id} is not known`);
    const place = { room_id: id, sender: this.#user, depth: room.depth + 1, auth_events: room.authEvents };
    const content = { msgtype: "m.text", body: text };
    const made = this.#made({ ...place, type: "m.room.message", content, prev_events: room.extremities }, room.version);
    const uri = `/_matrix/federation/v1/send/${randomBytes(9).toString("base64url")}`;
    const transaction = {
      origin: this.#server.name,
      origin_server_ts: this.#server.clock.now(),
      pdus: [made.event],
      edus: [],
    };
    const said = await this.#ask(room.others[0] ?? "", "PUT", uri, transaction);
    if (said.status === 200) Object.assign(room, { extremities: [made.id], depth: room.depth + 1 });
    return said;
  }
}
