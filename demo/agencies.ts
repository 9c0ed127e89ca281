import type { MemberKey } from "./people.ts";
import { type SeedAgency, seedAgencies } from "./seeds.ts";

/** The demo's federation. Its id is in every signed document of it. */
export const FEDERATION = {
  id: "demo.tillit.example",
  name: "Svensk myndighetsfederation",
  terms:
    "Demofederationens villkor: medlemmarna är påhittade. Avtal mellan två myndigheter öppnar deras chattservrar för varandra.",
  probeName: "probe.demo.tillit.example",
} as const;

export const SERVER_NAMES: Readonly<Record<MemberKey, string>> = {
  fv: "chat.fv.example",
  ts: "chat.ts.example",
  alv: "chat.alv.example",
};

/** A platform of the partner that reaches Matrix over a bridge to its homeserver; in one chapter of the mixed story. */
export const MATTERMOST_NAME = "mm.ts.example";

const PLACE: Readonly<Record<MemberKey, number>> = { fv: 0, ts: 1, alv: 2 };

/** One of the three agencies that have a homeserver which runs. */
export const agencyOf = (key: MemberKey): SeedAgency => {
  const agency = seedAgencies(Object.keys(PLACE).length)[PLACE[key]];
  if (agency === undefined) throw new Error(`no agency ${key}`);
  return agency;
};

/** As it stands in a token and in documents: `orgnr:…`. */
export const organisationOf = (key: MemberKey): string => `orgnr:${agencyOf(key).identifier}`;
