"use client";

import { useTranslations } from "next-intl";
import { TextLink } from "../ui/button.tsx";

/** The foot of every page. */
export const Foot = () => {
  const t = useTranslations("foot");
  return (
    <footer className="no-print mt-auto flex flex-wrap gap-x-5 gap-y-1 border-t border-line px-4 py-3 text-xs text-quiet md:px-8">
      <TextLink href="/accessibility">{t("accessibility")}</TextLink>
      <a href="/api" className="text-act underline underline-offset-3">
        {t("api")}
      </a>
      <span className="ml-auto">{t("keys")}</span>
    </footer>
  );
};

/** First in the order of the keyboard: past the menu. */
export const SkipLink = () => {
  const t = useTranslations("nav");
  return (
    <a
      href="#content"
      className="sr-only z-40 rounded bg-act px-4 py-2 text-on-act focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
    >
      {t("skip")}
    </a>
  );
};
