"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "#lib/client/queries.ts";
import { Button } from "../ui/button.tsx";
import { Mono, Notice } from "../ui/page.tsx";
import { useDay, useLocalName } from "../ui/when.tsx";
import type { Draft, RequestStep } from "./draft.ts";
import { startOfDay } from "./draft.ts";

type Answer = { readonly step: RequestStep; readonly question: string; readonly answer: ReactNode };

const useServers = (agency: string, chosen: readonly string[] | undefined): string => {
  const { data } = useQuery({ ...queries.agency(agency), enabled: agency !== "" });
  return (data?.homeservers ?? [])
    .filter(({ id }) => chosen === undefined || chosen.includes(id))
    .map(({ serverName }) => serverName)
    .join(", ");
};

const useAnswers = (draft: Draft, home: string): readonly Answer[] => {
  const t = useTranslations("request");
  const day = useDay();
  const nameOf = useLocalName();
  const partner = useQuery({ ...queries.agency(draft.partner), enabled: draft.partner !== "" }).data;
  const servers = [useServers(home, draft.homeServers), useServers(draft.partner, draft.partnerServers)];
  const shown = (text: string, otherwise: string): string => {
    const at = startOfDay(text);
    return text === "" || Number.isNaN(at) ? otherwise : day(at);
  };
  return [
    { step: "partner", question: t("answer.partner"), answer: partner === undefined ? "" : nameOf(partner.name) },
    { step: "purpose", question: t("answer.purpose"), answer: draft.purpose },
    {
      step: "purpose",
      question: t("answer.legalBasis"),
      answer: draft.legalBasis === "" ? t("notGiven") : draft.legalBasis,
    },
    { step: "servers", question: t("answer.servers"), answer: <Mono>{servers.join(" ⇄ ")}</Mono> },
    { step: "dates", question: t("answer.start"), answer: shown(draft.start, t("atOnce")) },
    { step: "dates", question: t("answer.end"), answer: shown(draft.end, t("untilRevoked")) },
  ];
};

/** Every answer once more before it is sent, each with a way back to its question. */
export const CheckStep = ({
  draft,
  home,
  goTo,
}: {
  readonly draft: Draft;
  readonly home: string;
  readonly goTo: (step: RequestStep) => void;
}) => {
  const t = useTranslations("request");
  const answers = useAnswers(draft, home);
  return (
    <>
      <dl className="max-w-3xl divide-y divide-line rounded border border-line bg-card">
        {answers.map(({ step, question, answer }) => (
          <div key={question} className="grid gap-x-4 px-4 py-2.5 sm:grid-cols-[180px_1fr_auto] sm:items-center">
            <dt className="text-quiet">{question}</dt>
            <dd className="min-w-0 whitespace-pre-line [overflow-wrap:anywhere]">{answer}</dd>
            <dd>
              <Button look="quiet" onPress={() => goTo(step)} aria-label={t("changeAnswer", { question })}>
                {t("change")}
              </Button>
            </dd>
          </div>
        ))}
      </dl>
      <Notice tone="act" title={t("thenTitle")}>
        {t("then")}
      </Notice>
    </>
  );
};
