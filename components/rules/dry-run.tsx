"use client";

import { useTranslations } from "next-intl";
import type { DryRunView, VerdictView } from "#lib/contracts/approval-rules.ts";
import { LEVELS } from "#lib/domain/classification.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { TextLink } from "../ui/button.tsx";
import { EmptyState, Rows } from "../ui/page.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { useClauseSentence } from "./clauses.tsx";

/** What a request says of a demand, in words. */
const useFound = (): ((verdict: VerdictView) => string) => {
  const memberClass = useTranslations("memberClass");
  const level = useTranslations("level");
  const residency = useTranslations("residencyRule");
  const t = useTranslations("rules");
  return ({ clause, found }) => {
    switch (clause.kind) {
      case "member_class":
        return MEMBER_CLASSES.filter((each) => found.includes(each))
          .map((each) => memberClass(each))
          .join(", ");
      case "ceiling":
        return LEVELS.filter((each) => found.includes(String(each)))
          .map((each) => level(`${each}`))
          .join(", ");
      case "residency":
        return RESIDENCY_RULES.filter((each) => found.includes(each))
          .map((each) => residency(each))
          .join(", ");
      case "ends_within":
        return t("foundDays", { days: Number(found[0] ?? 0) });
      case "offline":
        return t("foundHours", { hours: Number(found[0] ?? 0) });
      case "no_personal_data":
        return t("foundPersonalData");
      default:
        return found.join(", ");
    }
  };
};

const Verdict = ({ verdict }: { readonly verdict: VerdictView }) => {
  const t = useTranslations("rules");
  const sentence = useClauseSentence();
  const foundOf = useFound();
  const { clause, holds, why } = verdict;
  return (
    <li>
      <b className={holds ? "font-semibold text-force" : "font-semibold text-stop"}>{t(holds ? "holds" : "fails")}</b>{" "}
      {sentence(clause)}
      {why === "unsaid" ? ` – ${t("unsaid")}` : null}
      {why === "outside" ? ` – ${t("outside", { found: foundOf(verdict) })}` : null}
    </li>
  );
};

/** What a rule would have consented to in the past year: each request, whether it fits, and why demand by demand. */
export const DryRun = ({ run }: { readonly run: DryRunView }) => {
  const t = useTranslations("rules");
  const nameOf = useLocalName();
  return (
    <div className="mt-4">
      <p className="mb-3">
        <b className="font-semibold">{t("dryRun", { looked: run.looked, fitting: run.fitting })}</b>
      </p>
      {run.items.length === 0 ? (
        <EmptyState>{t("dryRunEmpty")}</EmptyState>
      ) : (
        <Rows label={t("dryRunTitle")}>
          {run.items.map((item) => (
            <li key={item.agreement} className="px-4 py-3">
              <p>
                <TextLink href={`/agreements/${item.agreement}`}>
                  {item.others.map(({ name }) => nameOf(name)).join(", ")}
                </TextLink>{" "}
                <b className="font-semibold">{t(item.fits ? "wouldConsent" : "wouldNot")}</b>
              </p>
              <p className="text-sm text-quiet">
                <When at={item.at} day /> · {t("cameOf", { stage: t(`came.${item.stage}`) })}
              </p>
              <ul className="mt-1 text-sm">
                {item.verdicts.map((verdict) => (
                  <Verdict key={verdict.clause.kind} verdict={verdict} />
                ))}
              </ul>
            </li>
          ))}
        </Rows>
      )}
    </div>
  );
};
