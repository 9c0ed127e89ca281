"use client";

import { useTranslations } from "next-intl";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";
import type { Draft } from "./draft.ts";

/** What was answered about the content, to be read once more; questions left out are not repeated. */
export const useContentAnswers = (draft: Draft) => {
  const t = useTranslations("request");
  const levels = useTranslations("level");
  const rules = useTranslations("residencyRule");
  const level = NAMED_LEVELS.find((each) => each === draft.ceiling);
  const rule = RESIDENCY_RULES.find((each) => each === draft.residency);
  const { personalData } = draft;
  const answers: readonly (readonly [string, string])[] = [
    [t("answer.laws"), draft.laws.map(({ law, section }) => `${law}, ${section}`).join("\n")],
    [t("answer.secrecy"), draft.secrecy === "" ? "" : `${draft.secrecy} (${draft.secrecyBy})`],
    [t("answer.ceiling"), level === undefined ? "" : levels(level)],
    [t("answer.personalData"), personalData === "" ? "" : t(`personalData.${personalData === "yes" ? "yes" : "no"}`)],
    [t("answer.residency"), rule === undefined ? "" : rules(rule)],
    [t("answer.offline"), draft.offline === "" ? "" : t("offline.h", { hours: Number(draft.offline) })],
    [t("answer.contacts"), draft.contacts],
    [t("answer.conditions"), draft.conditions],
  ];
  return answers
    .filter(([, answer]) => answer !== "")
    .map(([question, answer]) => ({ step: "content" as const, question, answer }));
};
