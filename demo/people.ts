import type { Role } from "#lib/domain/access.ts";

/** Short names of the demo's two agencies that have a Synapse of their own. */
export type AgencyKey = "fv" | "ts";
/** And of the third, whose Rocket.Chat is simulated. */
export type MemberKey = AgencyKey | "alv";

export type DemoPerson = {
  /** The subject at the demo's provider. */
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
  /** Absent for those who belong to the federation or an operator. */
  readonly agency?: MemberKey;
};

/** The people of the demo: all invented. */
export const PEOPLE: readonly DemoPerson[] = [
  { subject: "astrid", name: "Astrid Ek", role: "administrator", agency: "fv" },
  { subject: "bo", name: "Bo Lind", role: "approver", agency: "fv" },
  { subject: "cecilia", name: "Cecilia Mårtensson", role: "administrator", agency: "ts" },
  { subject: "david", name: "David Öberg", role: "approver", agency: "ts" },
  { subject: "ulla", name: "Ulla Frisk", role: "administrator", agency: "alv" },
  { subject: "viktor", name: "Viktor Sand", role: "approver", agency: "alv" },
  { subject: "elin", name: "Elin Ström", role: "auditor", agency: "fv" },
  { subject: "frida", name: "Frida Holm", role: "coordinator" },
  { subject: "gustav", name: "Gustav Nyman", role: "operator" },
];

/** The two who chat: one on each homeserver. */
export const CHATTERS = [
  { agency: "fv", name: "astrid", displayName: "Astrid Ek" },
  { agency: "ts", name: "cecilia", displayName: "Cecilia Mårtensson" },
] as const satisfies readonly { agency: AgencyKey; name: string; displayName: string }[];
