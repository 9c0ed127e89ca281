import { expect, it } from "vitest";
import { PLATFORMS } from "./directory.ts";
import { impossiblePair, limitsOf } from "./platform-limits.ts";

const rocket = { platform: "rocketchat", serverName: "chat.rocket.example" };
const port = { platform: "synapse", serverName: "chat.port.example:8448" };
const plain = { platform: "synapse", serverName: "chat.plain.example" };

it("a server whose name states a port is named as impossible beside a Rocket.Chat, on whichever side it stands", () => {
  const pair = { named: port.serverName, rocketchat: rocket.serverName };
  expect(impossiblePair([plain, rocket], [plain, port])).toEqual(pair);
  expect(impossiblePair([port], [rocket])).toEqual(pair);
  expect(impossiblePair([{ ...plain, serverName: "[2001:db8::1]" }], [rocket])).toBeDefined();
});

it("a name with a port is no hindrance between others, nor a Rocket.Chat among names without", () => {
  expect(impossiblePair([port], [plain])).toBeUndefined();
  expect(impossiblePair([plain], [rocket])).toBeUndefined();
  expect(impossiblePair([rocket, port], [plain])).toBeUndefined();
});

it("each platform says what it cannot do, and one without a connection says that", () => {
  expect(PLATFORMS.filter((platform) => limitsOf(platform).includes("no_connector"))).not.toContain("rocketchat");
  expect(limitsOf("rocketchat")).toEqual(["inbound_only", "minute_to_effect", "no_ports", "no_signature"]);
  expect(limitsOf("something")).toEqual(["no_connector"]);
});
