import { expect, it } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import { contradicts, FEATURES, WHYS, worksBetween } from "./compatibility.ts";
import { PLATFORMS, type Platform } from "./directory.ts";

const end = (platform: Platform, serverName = `${platform.replaceAll("_", "-")}.example`) => ({ platform, serverName });
const supports = (one: Platform, other: Platform) =>
  Object.fromEntries(worksBetween(end(one), end(other)).map(({ feature, support }) => [feature, support]));

it("answers for every pair and feature, alike from both ends, and claims nothing without a source", () => {
  for (const one of PLATFORMS)
    for (const other of PLATFORMS) {
      const known = worksBetween(end(one), end(other));
      expect(known.map(({ feature }) => feature)).toEqual([...FEATURES]);
      expect(known).toEqual(worksBetween(end(other), end(one)));
      expect(known.filter(({ support, source }) => support !== "unknown" && source === null)).toEqual([]);
    }
});

it("says that Rocket.Chat by default refuses encrypted and public rooms, and keeps the rest unknown", () => {
  expect(supports("synapse", "rocketchat")).toEqual({
    encryption: "limited",
    public_rooms: "limited",
    room_versions: "unknown",
    files: "unknown",
    edits: "unknown",
    threads: "unknown",
    calls: "unknown",
  });
});

it("says that a server name with a port cannot federate with Rocket.Chat at all", () => {
  const known = worksBetween(end("synapse", "a.example:8448"), end("rocketchat"));
  expect(new Set(known.map(({ support }) => support))).toEqual(new Set(["no"]));
  expect(worksBetween(end("synapse", "a.example:8448"), end("synapse"))[0]?.support).toBe("unknown");
});

it("invents nothing for platforms of which nothing was read", () => {
  expect(new Set(Object.values(supports("dendrite", "other")))).toEqual(new Set(["unknown"]));
});

it("sees where a server says something else than the directory", () => {
  const says = (platform: Platform, name: string) =>
    contradicts({ ...end(platform), software: { name, version: "1" } });
  expect(says("rocketchat", "Synapse")).toBe(true);
  expect(says("element_ess", "Synapse")).toBe(false);
  expect(says("synapse", "Synapse")).toBe(false);
  expect(says("synapse", "something new")).toBe(false);
});

it("has a sentence for each feature and each why", () => {
  expect(Object.keys(en.compatibility.feature).toSorted()).toEqual([...FEATURES].toSorted());
  expect(Object.keys(en.compatibility.why).toSorted()).toEqual([...WHYS].toSorted());
});
