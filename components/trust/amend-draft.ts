import type { z } from "zod";
import type { ProposeAmendment } from "#lib/contracts/amendments.ts";
import type { TermsView } from "#lib/contracts/trust.ts";
import { HOUR } from "#lib/domain/instant.ts";
import { dayOf, lastMomentOf } from "../ui/when.tsx";
import { type Draft, type DraftFault, EMPTY, faultsOf, requestOf } from "./draft.ts";
import type { DraftContent } from "./draft-content.ts";

const TIME_OF = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Europe/Stockholm",
  hour: "2-digit",
  minute: "2-digit",
});

const answer = (said: string | number | null | undefined): string => String(said ?? "");

const contentFrom = ({ content, start }: TermsView): DraftContent => ({
  laws: content?.laws ?? [],
  secrecy: answer(content?.secrecy?.assessment),
  secrecyBy: answer(content?.secrecy?.by),
  ceiling: answer(content?.ceiling),
  personalData: content === null || content.personalData === null ? "" : content.personalData ? "yes" : "no",
  residency: answer(content?.residency),
  trial: content?.trial ?? false,
  offline: content === null || content.offlineMs === null ? "" : String(content.offlineMs / HOUR),
  contacts: content?.contacts.join("\n") ?? "",
  conditions: answer(content?.conditions),
  startTime: start === null || TIME_OF.format(start) === "00:00" ? "" : TIME_OF.format(start),
});

/** The terms in force as answers to the questions of a request. The end of a trial follows from its being one. */
export const draftFrom = (terms: TermsView): Draft => {
  const content = contentFrom(terms);
  return {
    ...EMPTY,
    ...content,
    purpose: terms.purpose,
    legalBasis: answer(terms.legalBasis),
    start: terms.start === null ? "" : dayOf(terms.start),
    end: terms.end === null || content.trial ? "" : dayOf(lastMomentOf(terms.end)),
  };
};

/** What stands in the way of proposing it, in the order of the questions. */
export const amendFaults = (draft: Draft, now: number = Date.now()): readonly DraftFault[] =>
  faultsOf(draft, now).filter(({ field }) => field !== "partner");

/**
 * The proposal as the interface takes it. What was not answered anew keeps its exact moment, and attachments, which the
 * form does not ask about, stay.
 */
export const amendmentOf = (draft: Draft, terms: TermsView, as: string): z.input<typeof ProposeAmendment> => {
  const was = draftFrom(terms);
  const { partner: _none, start, end, content, ...said } = requestOf(draft, as);
  const sameStart = draft.start === was.start && draft.startTime === was.startTime;
  const sameEnd = draft.end === was.end && draft.trial === was.trial;
  const [begins, ends] = [sameStart ? (terms.start ?? undefined) : start, sameEnd ? (terms.end ?? undefined) : end];
  const attachments = terms.content?.attachments ?? [];
  const all = { ...content, ...(attachments.length === 0 ? {} : { attachments }) };
  return {
    ...said,
    ...(begins === undefined ? {} : { start: begins }),
    ...(ends === undefined ? {} : { end: ends }),
    ...(Object.keys(all).length === 0 ? {} : { content: all }),
  };
};
