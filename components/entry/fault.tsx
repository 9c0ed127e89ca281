"use client";

import { useTranslations } from "next-intl";
import { EntryFrame } from "../shell/entry-frame.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { PageHead } from "../ui/page.tsx";

/** A page that is not there, or that fell. */
export const Fault = ({ kind, retry }: { readonly kind: "notFound" | "fallen"; readonly retry?: () => void }) => {
  const t = useTranslations("fault");
  return (
    <EntryFrame>
      <PageHead title={t(`${kind}.title`)} answer={t(`${kind}.answer`)} />
      <div className="mt-6 flex gap-3">
        {retry === undefined ? null : (
          <Button look="primary" onPress={retry}>
            {t("retry")}
          </Button>
        )}
        <ButtonLink href="/">{t("toOverview")}</ButtonLink>
      </div>
    </EntryFrame>
  );
};
