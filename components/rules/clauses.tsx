"use client";

import { useTranslations } from "next-intl";
import type { Clause } from "#lib/domain/rules.ts";
import { LAW_KEYS, LAWS } from "./draft.ts";

/** A demand as a sentence. */
export const useClauseSentence = (): ((clause: Clause) => string) => {
  const t = useTranslations("rules");
  const memberClass = useTranslations("memberClass");
  const request = useTranslations("request");
  const level = useTranslations("level");
  return (clause) => {
    switch (clause.kind) {
      case "member_class":
        return t("clause.member_class", { classes: clause.of.map((each) => memberClass(each)).join(", ") });
      case "country":
        return t(`clause.country.${clause.within}`);
      case "ceiling":
        return t("clause.ceiling", { level: level(`${clause.most}`) });
      case "residency":
        return t(`clause.residency.${clause.least}`);
      case "ends_within":
        return t("clause.ends_within", { days: clause.days });
      case "offline":
        return t("clause.offline", { hours: clause.hours });
      case "laws": {
        const named = LAW_KEYS.filter((key) => clause.of.includes(LAWS[key])).map((key) => request(`law.${key}`));
        const others = clause.of.filter((each) => !LAW_KEYS.some((key) => LAWS[key] === each));
        return t("clause.laws", { laws: [...named, ...others].join(", ") });
      }
      default:
        return t(`clause.${clause.kind}`);
    }
  };
};

/** What a rule demands, line by line. */
export const ClauseList = ({ clauses }: { readonly clauses: readonly Clause[] }) => {
  const sentence = useClauseSentence();
  return (
    <ul className="max-w-[72ch] list-disc space-y-1 pl-5">
      {clauses.map((clause) => (
        <li key={clause.kind}>{sentence(clause)}</li>
      ))}
    </ul>
  );
};
