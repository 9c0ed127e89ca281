import type { AgencyState, ContactKind, MemberClass } from "#lib/domain/directory.ts";
import { type IdentifierScheme, passesLuhn } from "#lib/domain/identifier.ts";

/** An agency to be: no ids and no evidence, for nothing here was measured. */
export type SeedAgency = {
  readonly nameSv: string;
  readonly nameEn: string;
  readonly scheme: IdentifierScheme;
  readonly identifier: string;
  readonly memberClass: MemberClass;
  readonly country: string;
  readonly state: AgencyState;
  readonly contacts: readonly { readonly kind: ContactKind; readonly name: string; readonly email: string }[];
};

/** Series that Bolagsverket and SCB give to each class, with a middle that no real organisation has. */
const SERIES: Readonly<Record<MemberClass, string>> = {
  state_agency: "202",
  region: "232",
  municipality: "212",
  care_provider: "559",
  other_public_body: "222",
  private_partner: "556",
};

/** A valid but invented organisation number: the class's series, a running number, the check digit. */
export const inventedOrgnr = (memberClass: MemberClass, running: number): string => {
  const body = `${SERIES[memberClass]}${String(990_000 + running).padStart(6, "0")}`;
  const digit = "0123456789".split("").find((each) => passesLuhn(body + each));
  return `${body}${digit ?? ""}`;
};

const contactsAt = (host: string): SeedAgency["contacts"] => [
  { kind: "technical", name: "Driftjouren", email: `drift@${host}` },
  { kind: "incident", name: "Incidentberedskap", email: `incident@${host}` },
  { kind: "security", name: "Säkerhetsfunktionen", email: `sakerhet@${host}` },
];

type Brief = readonly [nameSv: string, nameEn: string, memberClass: MemberClass, host: string, state?: AgencyState];

/** The demo's twelve: all classes, all invented. The first two have a homeserver each. */
const TWELVE: readonly Brief[] = [
  ["Försäkringsverket", "Swedish Insurance Authority", "state_agency", "fv.example"],
  ["Trafikstyrelsen", "Swedish Traffic Administration", "state_agency", "ts.example"],
  ["Arbetslivsverket", "Working Life Authority", "state_agency", "alv.example"],
  ["Myndigheten för kustfrågor", "Coastal Affairs Agency", "state_agency", "kust.example"],
  ["Region Mälarkusten", "Region Mälarkusten", "region", "malarkusten.example"],
  ["Region Norrfjäll", "Region Norrfjäll", "region", "norrfjall.example", "suspended"],
  ["Björklunda kommun", "Björklunda Municipality", "municipality", "bjorklunda.example"],
  ["Ekhamra kommun", "Ekhamra Municipality", "municipality", "ekhamra.example"],
  ["Vårdbolaget Linden AB", "Linden Care Ltd", "care_provider", "linden.example"],
  ["Räddningsförbundet Sydkusten", "South Coast Rescue Association", "other_public_body", "rfs.example"],
  ["Nordtjänst Digital AB", "Nordtjänst Digital Ltd", "private_partner", "nordtjanst.example"],
  ["Stiftelsen Öppna arkiv", "Open Archives Foundation", "private_partner", "arkiv.example", "invited"],
];

const fromBrief = ([nameSv, nameEn, memberClass, host, state = "active"]: Brief, place: number): SeedAgency => ({
  nameSv,
  nameEn,
  scheme: "orgnr",
  identifier: inventedOrgnr(memberClass, place),
  memberClass,
  country: "SE",
  state,
  contacts: contactsAt(host),
});

const CLASSES = Object.keys(SERIES).filter((key): key is MemberClass => Object.hasOwn(SERIES, key));
const FIRST = ["Norra", "Södra", "Östra", "Västra", "Inre", "Yttre", "Övre", "Nedre"];
const SECOND = ["Bergs", "Sjö", "Skogs", "Ängs", "Kust", "Dal", "Ås", "Mo", "Vik", "Ö"];
const LAST: Readonly<Record<MemberClass, readonly [sv: string, en: string]>> = {
  state_agency: ["verket", "Authority"],
  region: ["regionen", "Region"],
  municipality: ["kommunen", "Municipality"],
  care_provider: ["vården AB", "Care Ltd"],
  other_public_body: ["förbundet", "Association"],
  private_partner: ["tjänst AB", "Services Ltd"],
};

const invented = (place: number): SeedAgency => {
  const memberClass = CLASSES[place % CLASSES.length] ?? "municipality";
  const [sv, en] = LAST[memberClass];
  const stem = `${FIRST[place % FIRST.length]} ${SECOND[Math.floor(place / FIRST.length) % SECOND.length]}`;
  const brief: Brief = [`${stem}${sv} ${place}`, `${stem} ${en} ${place}`, memberClass, `a${place}.example`];
  return fromBrief(brief, place);
};

/**
 * The same agencies each time: the demo's twelve, then as many more as asked for.
 *
 * @param count at most 10,000, so that running numbers stay within their series
 */
export const seedAgencies = (count: number): readonly SeedAgency[] => {
  if (count > 10_000) throw new RangeError(`at most 10,000 agencies, not ${count}`);
  return Array.from({ length: count }, (_, place) => {
    const brief = TWELVE[place];
    return brief === undefined ? invented(place) : fromBrief(brief, place);
  });
};
