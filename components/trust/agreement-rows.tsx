"use client";

import { useTranslations } from "next-intl";
import type { AgreementSummary } from "#lib/contracts/trust.ts";
import { TextLink } from "../ui/button.tsx";
import { Rows } from "../ui/page.tsx";
import { dayOf, lastMomentOf, useLocalName, When } from "../ui/when.tsx";
import { MiniLine } from "./mini-line.tsx";
import { AgreementStatus } from "./status-phrase.tsx";

/** Whom the agreement is with, seen from the reader's side; both names for one who is no party. */
export const useCounterpart = (): ((agreement: AgreementSummary) => string) => {
  const nameOf = useLocalName();
  return ({ parties, mine }) =>
    parties
      .filter(({ side }) => mine === null || side !== mine)
      .map(({ agency }) => nameOf(agency.name))
      .join(" · ");
};

/** Until when it holds, since when it has waited, or when it ended: what ended holds until nothing. */
const Until = ({ agreement }: { readonly agreement: AgreementSummary }) => {
  const t = useTranslations("agreements");
  const { stage, end, closedAt, createdAt } = agreement;
  if (stage === "closed") return closedAt === null ? null : t("ended", { day: dayOf(closedAt) });
  if (stage !== "agreed") return t.rich("since", { at: () => <When at={createdAt} /> });
  return end === null ? t("untilRevoked") : t("until", { day: dayOf(lastMomentOf(end)) });
};

const Row = ({ agreement }: { readonly agreement: AgreementSummary }) => {
  const counterpart = useCounterpart();
  return (
    <li
      data-agreement={agreement.id}
      className="grid items-center gap-x-5 gap-y-1.5 px-4 py-2.5 md:grid-cols-[minmax(180px,1.1fr)_140px_minmax(0,1fr)_12rem_8.5rem]"
    >
      <TextLink href={`/agreements/${agreement.id}`} strong>
        {counterpart(agreement)}
      </TextLink>
      <MiniLine agreement={agreement} />
      <span className="truncate text-sm text-quiet">{agreement.purpose ?? ""}</span>
      <AgreementStatus agreement={agreement} />
      <span className="text-xs text-quiet md:text-right">
        <Until agreement={agreement} />
      </span>
    </li>
  );
};

/** Agreements, each with its trust line and the one phrase. */
export const AgreementRows = ({ agreements }: { readonly agreements: readonly AgreementSummary[] }) => {
  const t = useTranslations("agreements");
  return (
    <Rows label={t("title")}>
      {agreements.map((agreement) => (
        <Row key={agreement.id} agreement={agreement} />
      ))}
    </Rows>
  );
};
