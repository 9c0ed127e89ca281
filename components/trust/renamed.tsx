"use client";

import { useTranslations } from "next-intl";
import type { AgreementView } from "#lib/contracts/trust.ts";

/** What a held agreement waits for, in a sentence for each server that has another name than the one consented to. */
export const Renamed = ({ agreement }: { readonly agreement: Pick<AgreementView, "renamed"> }) => {
  const t = useTranslations("agreement");
  return agreement.renamed.map((change) => <p key={change.was}>{t("renamed", change)}</p>);
};
