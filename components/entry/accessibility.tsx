"use client";

import { useTranslations } from "next-intl";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { PageHead, Section } from "../ui/page.tsx";

const PARTS = ["status", "known", "report", "tested"] as const;

/** How accessible the portal is, as the Swedish act on accessibility of digital public service (2018:1937) demands. */
export const Accessibility = () => {
  const t = useTranslations("accessibility");
  return (
    <EntryFrame>
      <PageHead title={t("title")} answer={t("answer")} />
      {PARTS.map((part) => (
        <Section key={part} title={t(`${part}.title`)}>
          <p className="max-w-[72ch]">{t(`${part}.text`)}</p>
        </Section>
      ))}
    </EntryFrame>
  );
};
