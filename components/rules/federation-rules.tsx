"use client";

import { useTranslations } from "next-intl";
import { useMe } from "../shell/session.tsx";
import { PageHead } from "../ui/page.tsx";
import { Barred } from "./barred.tsx";
import { MinimumRules } from "./minimum-rules.tsx";

/** What the federation demands of every agreement, and to a coordinator whom it has barred. */
export const FederationRules = () => {
  const t = useTranslations("rules");
  const settings = useTranslations("settings");
  const { isCoordinator } = useMe();
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        trail={{ href: "/settings", label: settings("title"), here: t("title") }}
      />
      <MinimumRules />
      {isCoordinator ? <Barred /> : null}
    </>
  );
};
