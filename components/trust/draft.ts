"use client";

import { useState } from "react";
import type { z } from "zod";
import type { RequestMany, RequestTrust } from "#lib/contracts/trust.ts";
import {
  type ContentFault,
  contentFaults,
  contentOf,
  type DraftContent,
  EMPTY_CONTENT,
  startOf,
} from "./draft-content.ts";

/** What has been answered so far of a request for trust. Dates are days in Sweden, as `2027-05-31`. */
export type Draft = {
  readonly partner: string;
  /** Further agencies that get the same request. */
  readonly also: readonly string[];
  readonly purpose: string;
  readonly legalBasis: string;
  readonly homeServers: readonly string[] | undefined;
  readonly partnerServers: readonly string[] | undefined;
  readonly start: string;
  readonly end: string;
} & DraftContent;

export const EMPTY: Draft = {
  ...EMPTY_CONTENT,
  partner: "",
  also: [],
  purpose: "",
  legalBasis: "",
  homeServers: undefined,
  partnerServers: undefined,
  start: "",
  end: "",
};
const KEY = "tillit.request";

const stored = (): Draft => {
  try {
    const json: unknown = JSON.parse(window.sessionStorage.getItem(KEY) ?? "{}");
    return typeof json === "object" && json !== null ? { ...EMPTY, ...json } : EMPTY;
  } catch {
    return EMPTY;
  }
};

/** The draft, kept in this tab over reloads until it is sent. */
export const useDraft = (partner: string | undefined) => {
  const [draft, setDraft] = useState<Draft>(() => {
    const kept = stored();
    return partner === undefined || partner === kept.partner ? kept : { ...EMPTY, partner };
  });
  const change = (more: Partial<Draft>): void =>
    setDraft((before) => {
      const after = { ...before, ...more };
      window.sessionStorage.setItem(KEY, JSON.stringify(after));
      return after;
    });
  const forget = (): void => window.sessionStorage.removeItem(KEY);
  return { draft, change, forget };
};

export type DraftFault = {
  readonly field: keyof Draft;
  readonly key: "partner" | "purpose" | "servers" | "start" | "end" | "endPast" | ContentFault["key"];
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** A date that exists: the clock's own reading of 31 February is another day. */
const isDay = (text: string): boolean => {
  const at = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

/** How far Sweden's clocks are ahead of UTC at that moment, in milliseconds. */
const aheadOfUtc = (at: number): number => {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Stockholm",
    dateStyle: "short",
    timeStyle: "medium",
  }).format(at);
  return Date.parse(`${parts.replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
};

/** The first moment of a day in Sweden, in milliseconds since the epoch; NaN unless it is a day. */
export const startOfDay = (day: string): number => {
  const utc = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(utc) ? utc : utc - aheadOfUtc(utc - aheadOfUtc(utc));
};

/** The first moment after a day in Sweden: an agreement "to 31 May" holds that whole day. NaN unless it is a day. */
export const endOfDay = (day: string): number => {
  const utc = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(utc) ? utc : startOfDay(new Date(utc + 86_400_000).toISOString().slice(0, 10));
};

/** What stands in the way of sending it, in the order of the questions. */
export const faultsOf = (draft: Draft, now: number = Date.now()): readonly DraftFault[] => {
  const faults: DraftFault[] = [];
  if (draft.partner === "") faults.push({ field: "partner", key: "partner" });
  if (draft.purpose.trim() === "") faults.push({ field: "purpose", key: "purpose" });
  faults.push(...contentFaults(draft));
  if (draft.homeServers?.length === 0) faults.push({ field: "homeServers", key: "servers" });
  if (draft.partnerServers?.length === 0) faults.push({ field: "partnerServers", key: "servers" });
  if (draft.start !== "" && !isDay(draft.start)) faults.push({ field: "start", key: "start" });
  if (draft.end !== "" && !isDay(draft.end)) faults.push({ field: "end", key: "end" });
  else if (draft.end !== "" && (endOfDay(draft.end) <= now || (draft.start !== "" && draft.end < draft.start)))
    faults.push({ field: "end", key: "endPast" });
  return faults;
};

/** The draft as the interface takes it. */
export const requestOf = (draft: Draft, as: string): z.input<typeof RequestTrust> => ({
  as,
  partner: draft.partner,
  purpose: draft.purpose.trim(),
  ...(draft.legalBasis.trim() === "" ? {} : { legalBasis: draft.legalBasis.trim() }),
  ...(draft.homeServers === undefined ? {} : { homeServers: [...draft.homeServers] }),
  ...(draft.partnerServers === undefined ? {} : { partnerServers: [...draft.partnerServers] }),
  ...(draft.start === "" ? {} : { start: startOf(draft, startOfDay) }),
  ...(draft.end === "" ? {} : { end: endOfDay(draft.end) }),
  ...contentOf(draft),
});

/** The same request to the partner and all further agencies, or none where it goes to one alone. */
export const requestsOf = (draft: Draft, as: string): z.input<typeof RequestMany> | undefined => {
  const { partner, partnerServers: _theirs, ...same } = requestOf(draft, as);
  const also = draft.also.filter((id) => id !== partner);
  return also.length === 0 ? undefined : { ...same, partners: [partner, ...also] };
};

/** The questions of a request, in their order, one a page. */
export const REQUEST_STEPS = ["partner", "purpose", "content", "servers", "dates", "check"] as const;
export type RequestStep = (typeof REQUEST_STEPS)[number];
