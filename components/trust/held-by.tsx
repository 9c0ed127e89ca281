"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { TextLink } from "../ui/button.tsx";
import { Notice } from "../ui/page.tsx";

/** Why the door is open besides this agreement, and what the agreement itself came of. */
export const HeldBy = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("agreement");
  const { data } = useQuery(queries.preview(agreement.id, "revoke"));
  const basis = agreement.terms?.basis ?? null;
  const others = [...new Set(data?.homeservers.flatMap(({ lines }) => lines.flatMap(({ heldBy }) => heldBy)) ?? [])];
  return (
    <>
      {basis === null ? null : (
        <Notice tone="act">
          {t(basis.silent === null ? "cameOf" : "cameOfSilence")}{" "}
          <TextLink href={`/circles/${basis.group}`}>{basis.name ?? t("aGroup")}</TextLink>
        </Notice>
      )}
      {others.length === 0 ? null : (
        <Notice>
          {t("heldAlso", { count: others.length })}{" "}
          {others.map((id, place) => (
            <TextLink key={id} href={`/agreements/${id}`}>
              {t("heldAlsoLink", { number: place + 1 })}
            </TextLink>
          ))}
        </Notice>
      )}
    </>
  );
};
