"use client";

import { useTranslations } from "next-intl";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { Facts, Mono } from "../ui/page.tsx";
import { lastMomentOf, useDay, useLocalName, useWhen } from "../ui/when.tsx";
import { Kept, useContentFacts } from "./terms-content.tsx";

/** A digest short enough to be read: its first and last four signs. The whole is under the pointer. */
export const ShortDigest = ({ digest }: { readonly digest: string }) => (
  <Mono title={digest}>
    {digest.slice(0, 11)}…{digest.slice(-4)}
  </Mono>
);

const Servers = ({ names }: { readonly names: readonly string[] }) => (
  <ul>
    {names.map((name) => (
      <li key={name}>
        <Mono>{name}</Mono>
      </li>
    ))}
  </ul>
);

/** The terms as both sides saw them. Without them (the reader is no party) it says so. */
export const Terms = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("terms");
  const day = useDay();
  const when = useWhen();
  const nameOf = useLocalName();
  const { terms } = agreement;
  const content = useContentFacts(agreement);
  if (terms === null) return <p className="text-quiet">{t("notParty")}</p>;
  const numbers = agreement.consents.flatMap(({ diarienummer }) => (diarienummer === null ? [] : [diarienummer]));
  const sideName = (side: "home" | "partner"): string =>
    agreement.parties
      .filter((party) => party.side === side)
      .map(({ agency }) => nameOf(agency.name))
      .join(", ");
  return (
    <Facts
      facts={[
        [t("purpose"), terms.purpose],
        [t("legalBasis"), terms.legalBasis ?? <span className="text-quiet">{t("notGiven")}</span>],
        ...content,
        [sideName("home"), <Servers key="home" names={terms.servers.home ?? []} />],
        [sideName("partner"), <Servers key="partner" names={terms.servers.partner ?? []} />],
        [t("start"), terms.start === null ? t("atOnce") : when(terms.start)],
        [t("end"), terms.end === null ? t("untilRevoked") : day(lastMomentOf(terms.end))],
        [t("diarienummer"), numbers.length === 0 ? null : <Mono key="numbers">{numbers.join(" · ")}</Mono>],
        [t("storage"), t("storageNote")],
        [t("kept"), <Kept key="kept" terms={terms} />],
      ]}
    />
  );
};
