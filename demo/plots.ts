import type { Move } from "#lib/domain/trust.ts";

/** The agencies of the demo's plots, by their place among the seeds. */
export const PLACES = {
  fv: 0,
  ts: 1,
  malarkusten: 4,
  bjorklunda: 6,
  ekhamra: 7,
  linden: 8,
  rfs: 9,
  nordtjanst: 10,
} as const;
export type Place = keyof typeof PLACES;

/** Agencies whose homeserver stands in the directory alone: nothing of it runs, so nothing is enforced there. */
export const ELSEWHERE = ["malarkusten", "bjorklunda", "ekhamra", "linden", "rfs", "nordtjanst"] as const;
export type Elsewhere = (typeof ELSEWHERE)[number];

/** Who works there, invented: an administrator who asks, an approver who decides. */
export const OFFICERS: Readonly<Record<Elsewhere, readonly [administrator: string, approver: string]>> = {
  malarkusten: ["Hanna Sjö", "Ivar Malm"],
  bjorklunda: ["Jonna Berg", "Karim Haddad"],
  ekhamra: ["Lisa Norén", "Mats Ekdahl"],
  linden: ["Nadia Rask", "Olof Stenberg"],
  rfs: ["Petra Vikström", "Rune Askling"],
  nordtjanst: ["Sara Lindqvist", "Tomas Hellman"],
};

type Act = {
  readonly by: "home" | "partner";
  readonly move: Move;
  readonly reason?: string;
  readonly diarienummer?: string;
};

export type Plot = {
  readonly home: Place;
  readonly partner: Place;
  readonly purpose: string;
  readonly legalBasis?: string;
  /** Days from now to its last day. */
  readonly endsIn?: number;
  readonly acts: readonly Act[];
  /** Whether the partner's homeserver then shows a key that nobody has signed. */
  readonly held?: true;
};

const endorse = (diarienummer: string): Act => ({ by: "home", move: "endorse", diarienummer });
const accept = (diarienummer: string): Act => ({ by: "partner", move: "accept", diarienummer });

/** One of each thing that an overview can show, beside the two servers that really run. */
export const PLOTS: readonly Plot[] = [
  {
    home: "fv",
    partner: "bjorklunda",
    purpose: "Samordning av sjukpenning och försörjningsstöd: handläggare behöver nå varandra i chatt.",
    legalBasis: "6 § förvaltningslagen (2017:900)",
    acts: [],
  },
  {
    home: "malarkusten",
    partner: "fv",
    purpose: "Läkarutlåtanden: rehabkoordinatorer frågar om kompletteringar.",
    acts: [endorse("RM 2026-03311")],
  },
  {
    home: "ekhamra",
    partner: "fv",
    purpose: "Försök med gemensam mottagning under hösten.",
    endsIn: 12,
    acts: [endorse("EK 2026:214"), accept("FV 2026/0388")],
  },
  {
    home: "fv",
    partner: "linden",
    purpose: "Assistansärenden: vårdgivaren svarar på frågor om omfattning.",
    acts: [
      endorse("FV 2026/0271"),
      accept("L-26-88"),
      { by: "home", move: "suspend", reason: "Vårdgivaren utreder en incident i sin chattmiljö." },
    ],
  },
  {
    home: "ts",
    partner: "rfs",
    purpose: "Räddningsinsatser på väg: trafikledning och räddningsledning i samma rum.",
    acts: [endorse("TS 2026-0907"), accept("RFS 2026/17")],
    held: true,
  },
  {
    home: "nordtjanst",
    partner: "ts",
    purpose: "Drift av vägkameror: felanmälan och avrop.",
    acts: [endorse("ND-5120")],
  },
  {
    home: "nordtjanst",
    partner: "fv",
    purpose: "Allmänna kontakter.",
    acts: [
      endorse("ND-5101"),
      { by: "partner", move: "decline", reason: "Ändamålet är för brett: beskriv vilka ärenden det gäller." },
    ],
  },
  {
    home: "malarkusten",
    partner: "bjorklunda",
    purpose: "Utskrivning från slutenvård: vårdplanering mellan region och kommun.",
    acts: [endorse("RM 2026-02200"), accept("BK 2026/140")],
  },
];
