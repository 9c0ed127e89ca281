"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { AgreementView, TermsView } from "#lib/contracts/trust.ts";
import { HOUR } from "#lib/domain/instant.ts";
import { keptBy, TERM_NAMES, type TermName } from "#lib/domain/terms.ts";
import { Mono } from "../ui/page.tsx";
import { useLocalName } from "../ui/when.tsx";

/** The terms that this agreement has: what was left out is kept by nobody. */
const presentIn = ({ legalBasis, start, end, content }: TermsView): readonly TermName[] => {
  const has: Readonly<Record<TermName, boolean>> = {
    purpose: true,
    legalBasis: legalBasis !== null,
    servers: true,
    start: start !== null,
    end: end !== null,
    laws: (content?.laws.length ?? 0) > 0,
    secrecy: (content?.secrecy ?? null) !== null,
    ceiling: (content?.ceiling ?? null) !== null,
    personalData: (content?.personalData ?? null) !== null,
    residency: (content?.residency ?? null) !== null,
    trial: content?.trial ?? false,
    offlineMs: (content?.offlineMs ?? null) !== null,
    contacts: (content?.contacts.length ?? 0) > 0,
    conditions: (content?.conditions ?? null) !== null,
    attachments: (content?.attachments.length ?? 0) > 0,
  };
  return TERM_NAMES.filter((name) => has[name]);
};

/** Which terms the servers themselves obey, and which people must keep: said of every agreement, without pretence. */
export const Kept = ({ terms }: { readonly terms: TermsView }) => {
  const t = useTranslations("terms");
  const named = (how: ReturnType<typeof keptBy>): string =>
    presentIn(terms)
      .filter((name) => keptBy(name) === how)
      .map((name) => t(name === "offlineMs" ? "offline" : name).toLocaleLowerCase())
      .join(", ");
  return (
    <ul className="space-y-1">
      <li>{t("keptTechnically", { terms: named("technically") })}</li>
      <li>{t("keptOrganisationally", { terms: named("organisationally") })}</li>
    </ul>
  );
};

const Lines = ({ of }: { readonly of: readonly string[] }) => (
  <ul>
    {of.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
);

/** The ceiling in the federation's words, and in those of each side that has its own. */
export const Ceiling = ({ agreement }: { readonly agreement: Pick<AgreementView, "terms" | "parties"> }) => {
  const t = useTranslations("terms");
  const level = useTranslations("level");
  const nameOf = useLocalName();
  const content = agreement.terms?.content ?? null;
  if (content === null || content.ceiling === null) return null;
  const sides = (["home", "partner"] as const).flatMap((side) => {
    const name = content.levelNames[side];
    const party = agreement.parties.find((each) => each.side === side);
    return name === null || party === undefined ? [] : [t("levelOf", { agency: nameOf(party.agency.name), name })];
  });
  return <Lines of={[level(`${content.ceiling}`), ...sides]} />;
};

/** What the terms say beyond servers and dates, as facts; only what was said. */
export const useContentFacts = (agreement: AgreementView): readonly (readonly [string, ReactNode])[] => {
  const t = useTranslations("terms");
  const rule = useTranslations("residencyRule");
  const content = agreement.terms?.content ?? null;
  if (content === null) return [];
  const { laws, secrecy, ceiling, personalData, residency, trial, offlineMs, contacts, conditions } = content;
  return [
    [
      t("laws"),
      laws.length === 0 ? null : <Lines key="laws" of={laws.map(({ law, section }) => `${law}, ${section}`)} />,
    ],
    [t("secrecy"), secrecy === null ? null : `${secrecy.assessment} (${t("secrecyBy", { by: secrecy.by })})`],
    [t("ceiling"), ceiling === null ? null : <Ceiling key="ceiling" agreement={agreement} />],
    [t("personalData"), personalData === null ? null : t(personalData ? "yes" : "no")],
    [t("residency"), residency === null ? null : rule(residency)],
    [t("trial"), trial ? t("trialNote") : null],
    [t("offline"), offlineMs === null ? null : t("offlineHours", { hours: Math.round(offlineMs / HOUR) })],
    [t("contacts"), contacts.length === 0 ? null : <Lines key="contacts" of={contacts} />],
    [t("conditions"), conditions],
    [
      t("attachments"),
      content.attachments.length === 0 ? null : (
        <ul key="attachments">
          {content.attachments.map(({ name, digest }) => (
            <li key={digest}>
              {name} <Mono>{digest}</Mono>
            </li>
          ))}
        </ul>
      ),
    ],
  ];
};
