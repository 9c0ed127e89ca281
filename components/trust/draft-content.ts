import type { z } from "zod";
import type { ContentInput } from "#lib/contracts/terms.ts";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { HOUR } from "#lib/domain/instant.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";

/** What has been answered of what the agreement says beyond servers and dates. "" is not answered. */
export type DraftContent = {
  readonly laws: readonly { readonly law: string; readonly section: string }[];
  readonly secrecy: string;
  readonly secrecyBy: string;
  readonly ceiling: string;
  readonly personalData: string;
  readonly residency: string;
  readonly trial: boolean;
  /** Hours past the list's own validity. */
  readonly offline: string;
  readonly contacts: string;
  readonly conditions: string;
  /** An hour in Sweden, as `08:30`. */
  readonly startTime: string;
};

export const EMPTY_CONTENT: DraftContent = {
  laws: [],
  secrecy: "",
  secrecyBy: "",
  ceiling: "",
  personalData: "",
  residency: "",
  trial: false,
  offline: "",
  contacts: "",
  conditions: "",
  startTime: "",
};

export const CONTENT_FIELDS = [
  "laws",
  "secrecy",
  "secrecyBy",
  "ceiling",
  "personalData",
  "residency",
  "offline",
  "contacts",
  "conditions",
] as const;

export type ContentFault = {
  readonly field: keyof DraftContent | "end";
  readonly key: "secrecyBy" | "tooHigh" | "protected" | "time" | "timeAlone" | "trialEnd";
};

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What stands in the way of sending the content, in the order of the questions. */
export const contentFaults = (
  draft: DraftContent & { readonly start: string; readonly end: string },
): readonly ContentFault[] => {
  const faults: ContentFault[] = [];
  if (draft.secrecy.trim() !== "" && draft.secrecyBy.trim() === "")
    faults.push({ field: "secrecyBy", key: "secrecyBy" });
  if (draft.ceiling === "4") faults.push({ field: "ceiling", key: "tooHigh" });
  if (draft.ceiling === "protected") faults.push({ field: "ceiling", key: "protected" });
  if (draft.startTime !== "" && !TIME.test(draft.startTime)) faults.push({ field: "startTime", key: "time" });
  else if (draft.startTime !== "" && draft.start === "") faults.push({ field: "startTime", key: "timeAlone" });
  if (draft.trial && draft.end !== "") faults.push({ field: "end", key: "trialEnd" });
  return faults;
};

/** The moment of the first day and hour by Sweden's clocks; `dayStart` tells a day's first moment. */
export const startOf = (
  { start, startTime }: { readonly start: string; readonly startTime: string },
  dayStart: (day: string) => number,
): number => {
  if (startTime === "") return dayStart(start);
  const [hours, minutes] = startTime.split(":").map(Number);
  const elapsed = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
  const moment = dayStart(start) + elapsed;
  // On the two days a year when the clocks change the hour on the wall is not the hours since midnight.
  const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" });
  const shown = wall.format(moment);
  if (shown === startTime) return moment;
  const other = [moment - HOUR, moment + HOUR].find((each) => wall.format(each) === startTime);
  return other ?? moment;
};

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/** The content as the interface takes it; nothing where nothing was answered. */
export const contentOf = (draft: DraftContent): { content?: z.input<typeof ContentInput> } => {
  const ceiling = NAMED_LEVELS.find((each) => each === draft.ceiling);
  const residency = RESIDENCY_RULES.find((each) => each === draft.residency);
  const contacts = lines(draft.contacts);
  const content = {
    ...(draft.laws.length === 0 ? {} : { laws: draft.laws.map(({ law, section }) => ({ law, section })) }),
    ...(draft.secrecy.trim() === ""
      ? {}
      : { secrecy: { assessment: draft.secrecy.trim(), by: draft.secrecyBy.trim() } }),
    ...(ceiling === undefined ? {} : { ceiling }),
    ...(draft.personalData === "" ? {} : { personalData: draft.personalData === "yes" }),
    ...(residency === undefined ? {} : { residency }),
    ...(draft.trial ? { trial: true as const } : {}),
    ...(draft.offline === "" ? {} : { offlineMs: Math.round(Number(draft.offline) * HOUR) }),
    ...(contacts.length === 0 ? {} : { contacts }),
    ...(draft.conditions.trim() === "" ? {} : { conditions: draft.conditions.trim() }),
  };
  return Object.keys(content).length === 0 ? {} : { content };
};
