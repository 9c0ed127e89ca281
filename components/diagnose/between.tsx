"use client";

import { useTranslations } from "next-intl";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { wordsAfter } from "#lib/domain/after-end.ts";
import { TextLink } from "../ui/button.tsx";
import { Mono, Notice, Section } from "../ui/page.tsx";
import { WorksBetween } from "./works-between.tsx";

const MOST_PAIRS = 6;

/** Each pair of servers that the agreement opens for each other. */
const pairsOf = ({ parties }: AgreementView) => {
  const of = (side: "home" | "partner") => {
    const servers = parties.filter((party) => party.side === side).flatMap((party) => party.servers);
    return [...new Map(servers.map((server) => [server.id, server])).values()];
  };
  return of("home").flatMap((home) => of("partner").map((partner) => ({ home, partner })));
};

/** What is known to work between the agreement's servers, pair by pair. */
export const WorksInAgreement = ({ agreement }: { readonly agreement: AgreementView }) => (
  <>
    {pairsOf(agreement)
      .slice(0, MOST_PAIRS)
      .map(({ home, partner }) => (
        <WorksBetween key={`${home.id} ${partner.id}`} one={home.id} other={partner.id} />
      ))}
  </>
);

/** The way to "can A reach B?" for each pair of the agreement's servers. */
export const ReachLinks = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("diagnose");
  const pairs = pairsOf(agreement);
  if (pairs.length === 0) return null;
  return (
    <Section title={t("title")} className="no-print">
      <ul className="space-y-1">
        {pairs.map(({ home, partner }) => (
          <li key={`${home.id} ${partner.id}`}>
            <TextLink href={`/diagnose?from=${home.id}&to=${partner.id}`}>
              {t.rich("pair", {
                from: home.serverName,
                to: partner.serverName,
                mono: (chunks) => <Mono>{chunks}</Mono>,
              })}
            </TextLink>
          </li>
        ))}
      </ul>
    </Section>
  );
};

/** What remains once the door is shut, and what comes when it opens again. */
export const AfterEnd = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("afterEnd");
  const words = wordsAfter({
    stage: agreement.stage,
    agreedAt: agreement.agreedAt,
    phase: agreement.phase,
    isSuspended: agreement.parties.some(({ suspended }) => suspended),
    isHeld: agreement.parties.some(({ awaitingReconsent }) => awaitingReconsent),
  });
  if (words.length === 0) return null;
  return (
    <Notice title={`${t("title")}:`}>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {words.map((word) => (
          <li key={word}>{t(word)}</li>
        ))}
      </ul>
    </Notice>
  );
};
