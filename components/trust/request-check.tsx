"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { queries } from "#lib/client/queries.ts";
import { impossiblePair, limitsOf } from "#lib/domain/platform-limits.ts";
import { Button } from "../ui/button.tsx";
import { Mono, Notice } from "../ui/page.tsx";
import { useDay, useLocalName } from "../ui/when.tsx";
import { useContentAnswers } from "./content-answers.ts";
import type { Draft, RequestStep } from "./draft.ts";
import { startOfDay } from "./draft.ts";
import { PlatformLimits } from "./preview-lines.tsx";

type Answer = { readonly step: RequestStep; readonly question: string; readonly answer: ReactNode };

const useServers = (agency: string, chosen: readonly string[] | undefined) => {
  const { data } = useQuery({ ...queries.agency(agency), enabled: agency !== "" });
  return (data?.homeservers ?? []).filter(({ id }) => chosen === undefined || chosen.includes(id));
};

/** What is known beforehand of the two sides' servers: what each cannot do, and a pair that no consent can open. */
const Beforehand = ({ draft, home }: { readonly draft: Draft; readonly home: string }) => {
  const t = useTranslations("request");
  const errors = useTranslations("errors");
  const [ours, theirs] = [useServers(home, draft.homeServers), useServers(draft.partner, draft.partnerServers)];
  const impossible = impossiblePair(ours, theirs);
  const limited = [...ours, ...theirs].filter(({ platform }) => limitsOf(platform).length > 0);
  return (
    <>
      {impossible === undefined ? null : (
        <Notice tone="stop" title={t("impossibleTitle")}>
          {errors("port_name_with_rocketchat", { server: impossible.named, other: impossible.rocketchat })}
        </Notice>
      )}
      {limited.map(({ id, serverName, platform }) => (
        <section key={id} aria-label={t("limitsOf", { server: serverName })} className="mt-3 max-w-3xl">
          <h3 className="text-sm font-semibold">{t("limitsOf", { server: serverName })}</h3>
          <PlatformLimits limits={limitsOf(platform)} />
        </section>
      ))}
    </>
  );
};

const useAnswers = (draft: Draft, home: string): readonly Answer[] => {
  const t = useTranslations("request");
  const day = useDay();
  const nameOf = useLocalName();
  const partner = useQuery({ ...queries.agency(draft.partner), enabled: draft.partner !== "" }).data;
  const also = useQueries({ queries: draft.also.map((id) => queries.agency(id)) }).flatMap(({ data }) =>
    data === undefined ? [] : [data.name],
  );
  const sides = [useServers(home, draft.homeServers), useServers(draft.partner, draft.partnerServers)];
  const servers = sides.map((side) => side.map(({ serverName }) => serverName).join(", "));
  const shown = (text: string, otherwise: string): string => {
    const at = startOfDay(text);
    return text === "" || Number.isNaN(at) ? otherwise : day(at);
  };
  const said = useContentAnswers(draft);
  return [
    { step: "partner", question: t("answer.partner"), answer: partner === undefined ? "" : nameOf(partner.name) },
    ...(also.length === 0
      ? []
      : [{ step: "partner" as const, question: t("also.label"), answer: also.map(nameOf).join(", ") }]),
    { step: "purpose", question: t("answer.purpose"), answer: draft.purpose },
    {
      step: "purpose",
      question: t("answer.legalBasis"),
      answer: draft.legalBasis === "" ? t("notGiven") : draft.legalBasis,
    },
    ...said,
    { step: "servers", question: t("answer.servers"), answer: <Mono>{servers.join(" ⇄ ")}</Mono> },
    { step: "dates", question: t("answer.start"), answer: `${shown(draft.start, t("atOnce"))} ${draft.startTime}` },
    {
      step: "dates",
      question: t("answer.end"),
      answer: shown(draft.end, draft.trial ? t("trial.option") : t("untilRevoked")),
    },
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
      <Beforehand draft={draft} home={home} />
      <Notice tone="act" title={t("thenTitle")}>
        {t("then")}
      </Notice>
    </>
  );
};
