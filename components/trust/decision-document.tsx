"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { MASKS, type Mask } from "#lib/contracts/decision-document.ts";
import { DownloadLink } from "../ui/button.tsx";
import { ManyChoices } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";

const LANGUAGES = ["sv", "en"] as const;

const Files = ({ agreement, mask }: { readonly agreement: string; readonly mask: readonly Mask[] }) => {
  const t = useTranslations("decisionDocument");
  const locale = useLocale();
  const languages = LANGUAGES.toSorted((a, b) => Number(b === locale) - Number(a === locale));
  const masked = mask.length === 0 ? "" : `&mask=${mask.join(",")}`;
  return (
    <ul className="space-y-2">
      {languages.map((language) => (
        <li key={language} className="flex flex-wrap items-center gap-2">
          {(["pdf", "text"] as const).map((kind) => (
            <DownloadLink
              key={kind}
              href={`/api/v1/agreements/${agreement}/document/${kind}?language=${language}${masked}`}
            >
              {`${t(kind)}, ${t(language)}`}
            </DownloadLink>
          ))}
        </li>
      ))}
    </ul>
  );
};

/** The decision as a file for one's own records, and a copy in which the reader chooses what to mask. */
export const DecisionDocument = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("decisionDocument");
  const [mask, setMask] = useState<readonly Mask[]>([]);
  return (
    <div className="no-print">
      <Section title={t("heading")} note={t("note")}>
        <p className="mb-3 max-w-[72ch]">{t("what")}</p>
        <ManyChoices
          name="mask"
          label={t("copy")}
          hint={t("copyWhat")}
          options={MASKS.map((part) => ({ value: part, label: t(`mask.${part}`) }))}
          value={mask}
          onChange={(chosen) => setMask(MASKS.filter((part) => chosen.includes(part)))}
        />
        <div className="mt-3">
          <Files agreement={agreement} mask={mask} />
        </div>
      </Section>
    </div>
  );
};
