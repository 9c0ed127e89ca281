import { z } from "zod";
import { OPINION_SUBJECTS, STANCES } from "#lib/domain/opinions.ts";
import { AgencyRef, At, Digest, idInput, PersonRef, PublicId, text } from "./common.ts";

/** Asks the other side, answers it, or takes a question back. */
export const AskOrAnswer = z
  .discriminatedUnion("act", [
    z.strictObject({ act: z.literal("ask"), as: idInput("agy"), text: text(2_000) }),
    z.strictObject({ act: z.literal("answer"), as: idInput("agy"), question: idInput("qst"), text: text(4_000) }),
    z.strictObject({ act: z.literal("withdraw"), as: idInput("agy"), question: idInput("qst") }),
  ])
  .meta({ id: "AskOrAnswer" });
export type AskOrAnswer = z.output<typeof AskOrAnswer>;

const Said = z.object({ agency: AgencyRef.nullable(), person: PersonRef, at: At, text: z.string().nullable() });

export const QuestionsView = z
  .object({
    clockStands: z.boolean().meta({ description: "A question is open: nobody is reminded of what waits." }),
    questions: z.array(
      z.object({
        id: PublicId("qst"),
        asked: Said,
        answer: Said.nullable(),
        withdrawn: z.boolean(),
        current: z.boolean().meta({ description: "Asked about the terms as they are now." }),
        mayAnswer: AgencyRef.nullable(),
        mayWithdraw: AgencyRef.nullable(),
      }),
    ),
    mayAsk: z.array(AgencyRef),
  })
  .meta({ id: "QuestionsView" });
export type QuestionsView = z.infer<typeof QuestionsView>;

/** One person's opinion within their own agency. `digest` is that of the terms, in force or proposed, as shown. */
export const GiveOpinion = z
  .strictObject({
    as: idInput("agy"),
    subject: z.enum(OPINION_SUBJECTS),
    stance: z.enum(STANCES),
    digest: text(100),
    text: text(4_000).optional(),
  })
  .meta({ id: "GiveOpinion" });
export type GiveOpinion = z.output<typeof GiveOpinion>;

export const OpinionsView = z
  .object({
    opinions: z.array(
      z.object({
        agency: AgencyRef.nullable(),
        person: PersonRef,
        subject: z.enum(OPINION_SUBJECTS),
        stance: z.enum(STANCES),
        text: z.string().nullable(),
        at: At,
        current: z.boolean().meta({ description: "Given about terms that may still be consented to." }),
      }),
    ),
    /** What an opinion given now would be about: the proposed terms where an amendment is open. */
    digest: Digest.nullable(),
    mayGive: z.array(AgencyRef),
  })
  .meta({ id: "OpinionsView" });
export type OpinionsView = z.infer<typeof OpinionsView>;
