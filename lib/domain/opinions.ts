import type { AgencyId, PersonId } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** Whose word an agency asks within itself before it decides. */
export const OPINION_SUBJECTS = ["data_protection", "security", "archive"] as const;
export type OpinionSubject = (typeof OPINION_SUBJECTS)[number];

export const STANCES = ["favours", "remarks", "objects"] as const;
export type Stance = (typeof STANCES)[number];

/** What one person of an agency thinks of terms; it binds nobody, and is that agency's alone. */
export type Opinion = {
  readonly agency: AgencyId;
  readonly person: PersonId;
  readonly subject: OpinionSubject;
  readonly stance: Stance;
  readonly digest: string;
  readonly text: string | undefined;
  readonly at: Instant;
};

/** Of each person on each subject for each agency the newest, newest first. */
export const standingOpinions = (opinions: readonly Opinion[]): readonly Opinion[] => {
  const newest = new Map<string, Opinion>();
  for (const opinion of opinions.toSorted((a, b) => b.at - a.at)) {
    const key = `${opinion.agency} ${opinion.person} ${opinion.subject}`;
    if (!newest.has(key)) newest.set(key, opinion);
  }
  return [...newest.values()];
};
