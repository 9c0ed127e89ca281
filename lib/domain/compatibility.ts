import type { Platform } from "./directory.ts";

/** What people ask of a federation between two platforms. */
export const FEATURES = ["encryption", "public_rooms", "room_versions", "files", "edits", "threads", "calls"] as const;
export type Feature = (typeof FEATURES)[number];

/** `limited`: works once a setting is changed, or only in part. `unknown`: no source says. */
export type Support = "works" | "limited" | "no" | "unknown";

/** Why, in words: `compatibility.why.<code>`. */
export const WHYS = [
  "not_known",
  "same_default_version",
  "synapse_default_11",
  "rocketchat_encrypted",
  "rocketchat_public",
  "through_bridge",
  "port_in_name",
] as const;
export type Why = (typeof WHYS)[number];

export type Statement = {
  readonly feature: Feature;
  readonly support: Support;
  readonly why: Why;
  /** Where it was read; null where nothing is known. */
  readonly source: string | null;
};

/** One end: what the directory says it is, and what the server itself says it runs, where it was asked. */
export type End = {
  readonly platform: Platform;
  readonly serverName: string;
  readonly software?: { readonly name: string; readonly version: string } | undefined;
};

const SYNAPSES: ReadonlySet<Platform> = new Set(["synapse", "element_ess"]);
const SETTINGS = "Rocket.Chat documentation of its federation settings";

type Row = {
  /** Whether the row speaks of this pair; the ends in either order. */
  readonly fits: (one: End, other: End) => boolean;
  readonly features: readonly Feature[];
  readonly support: Support;
  readonly why: Why;
  readonly source: string;
};

const either = (holds: (end: End) => boolean) => (one: End, other: End) => holds(one) || holds(other);
const isRocketchat = ({ platform }: End): boolean => platform === "rocketchat";
const isPorted = ({ serverName }: End): boolean => /:\d+$/.test(serverName);
const isSynapse = ({ platform }: End): boolean => SYNAPSES.has(platform);

/** Read from top to bottom: the first row that speaks of a pair and a feature is what is known. */
const ROWS: readonly Row[] = [
  {
    fits: (one, other) => (isRocketchat(one) || isRocketchat(other)) && (isPorted(one) || isPorted(other)),
    features: FEATURES,
    support: "no",
    why: "port_in_name",
    source: "Rocket.Chat homeserver SDK 0.6.3, server names: what follows the last colon is taken for the name",
  },
  {
    fits: either(isRocketchat),
    features: ["encryption"],
    support: "limited",
    why: "rocketchat_encrypted",
    source: `${SETTINGS}: Federation_Service_Join_Encrypted_Rooms, off by default`,
  },
  {
    fits: either(isRocketchat),
    features: ["public_rooms"],
    support: "limited",
    why: "rocketchat_public",
    source: `${SETTINGS}: Federation_Service_Join_Non_Private_Rooms, off by default`,
  },
  {
    fits: (one, other) => isSynapse(one) && isSynapse(other),
    features: ["room_versions"],
    support: "works",
    why: "same_default_version",
    source: "Synapse documentation, default_room_version: 11",
  },
  {
    fits: either(isSynapse),
    features: ["room_versions"],
    support: "unknown",
    why: "synapse_default_11",
    source: "Synapse documentation, default_room_version: 11",
  },
  {
    fits: either(({ platform }) => platform === "mattermost"),
    features: FEATURES,
    support: "unknown",
    why: "through_bridge",
    source: "mattermost-plugin-matrix-bridge 0.1.9: a bridge to one homeserver",
  },
];

/**
 * What is known to work between two ends, feature by feature, each with its source. What no row speaks of is unknown, and
 * is said to be: nothing is concluded from the protocol alone.
 */
export const worksBetween = (one: End, other: End): readonly Statement[] =>
  FEATURES.map((feature) => {
    const row = ROWS.find((each) => each.features.includes(feature) && each.fits(one, other));
    if (row === undefined) return { feature, support: "unknown", why: "not_known", source: null };
    const { support, why, source } = row;
    return { feature, support, why, source };
  });

const SAYS: readonly (readonly [RegExp, Platform])[] = [
  [/synapse/i, "synapse"],
  [/rocket/i, "rocketchat"],
  [/tuwunel/i, "tuwunel"],
  [/continuwuity/i, "continuwuity"],
  [/dendrite/i, "dendrite"],
];

/** The platform that a server itself says it runs; undefined where it says none that is known. */
export const platformSaid = (software: string): Platform | undefined =>
  SAYS.find(([pattern]) => pattern.test(software))?.[1];

/** Whether what the server says contradicts what the directory says of it. */
export const contradicts = ({ platform, software }: End): boolean => {
  const said = software === undefined ? undefined : platformSaid(software.name);
  if (said === undefined || platform === "other" || platform === "mattermost") return false;
  return said !== (platform === "element_ess" ? "synapse" : platform);
};
