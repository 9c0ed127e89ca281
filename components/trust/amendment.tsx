"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AmendmentView } from "#lib/contracts/amendments.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { HOUR } from "#lib/domain/instant.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { lastMomentOf, useDay, useLocalName, useWhen } from "../ui/when.tsx";
import { AmendForm } from "./amend-form.tsx";
import { ShortDigest } from "./terms.tsx";

const FIELDS = [
  "purpose",
  "legalBasis",
  "start",
  "end",
  "laws",
  "secrecy",
  "ceiling",
  "levelNames",
  "personalData",
  "residency",
  "trial",
  "offlineMs",
  "contacts",
  "conditions",
  "attachments",
] as const;

/** One value of a difference in words; what has none of its own is said as it stands. */
const useShown = () => {
  const t = useTranslations("terms");
  const levels = useTranslations("level");
  const rules = useTranslations("residencyRule");
  const day = useDay();
  return (path: string, value: string): string => {
    const field = path.replace("terms.", "");
    const [at, level, rule] = [
      Number(value),
      NAMED_LEVELS.find((each) => each === value),
      RESIDENCY_RULES.find((each) => each === value),
    ];
    if (field === "content.ceiling" && level !== undefined) return levels(level);
    if (field === "content.residency" && rule !== undefined) return rules(rule);
    if (field === "content.personalData" && value !== "–") return t(value === "true" ? "yes" : "no");
    if (field === "content.trial" && value === "true") return t("trialNote");
    if (value === "–" || Number.isNaN(at)) return value;
    if (field === "content.offlineMs") return t("offlineHours", { hours: Math.round(at / HOUR) });
    if (field === "end") return day(lastMomentOf(at));
    return field === "start" ? day(at) : value;
  };
};

/** Field by field, what is in force and what is proposed. */
const Difference = ({ view }: { readonly view: AmendmentView }) => {
  const t = useTranslations("amendment");
  const shown = useShown();
  const label = (path: string): string => {
    const field = FIELDS.find((each) => path === `terms.${each}` || path === `terms.content.${each}`);
    return field === undefined ? path : t(`field.${field}`);
  };
  return (
    <dl className="max-w-3xl divide-y divide-line rounded border border-line">
      {view.difference.map(({ path, was, now }) => (
        <div key={path} className="grid gap-x-4 px-4 py-2 sm:grid-cols-[160px_1fr_1fr]">
          <dt className="text-quiet">{label(path)}</dt>
          <dd className="[overflow-wrap:anywhere]">
            <del className="no-underline">{t("was", { value: shown(path, was) })}</del>
          </dd>
          <dd className="font-semibold [overflow-wrap:anywhere]">
            <ins className="no-underline">{t("now", { value: shown(path, now) })}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
};

const useDecide = (agreement: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.decideAmendment>[1]) => acts.decideAmendment(agreement, body),
    onSuccess: (view) => {
      client.setQueryData(queries.amendment(agreement).queryKey, view);
      void client.invalidateQueries({ queryKey: ["agreement", agreement] });
    },
  });
};

const Decide = ({ agreement, view }: { readonly agreement: string; readonly view: AmendmentView }) => {
  const t = useTranslations("amendment");
  const decide = useDecide(agreement);
  const [reason, setReason] = useState("");
  const [diarienummer, setDiarienummer] = useState("");
  const mine = view.mayDecide[0];
  if (mine === undefined || view.digest === null) return <p className="mt-3 text-quiet">{t("waits")}</p>;
  const act = (kind: (typeof mine.acts)[number]): void =>
    decide.mutate({
      as: mine.as.id,
      act: kind,
      digest: view.digest ?? "",
      ...(kind === "refuse" && reason.trim() !== "" ? { reason: reason.trim() } : {}),
      ...(kind === "consent" && diarienummer.trim() !== "" ? { diarienummer: diarienummer.trim() } : {}),
    });
  return (
    <div className="no-print mt-4 space-y-4">
      {mine.acts.includes("consent") ? (
        <TextInput
          name="amendmentNumber"
          label={t("diarienummer")}
          value={diarienummer}
          onChange={setDiarienummer}
          narrow
        />
      ) : null}
      {mine.acts.includes("refuse") ? (
        <TextInput name="amendmentReason" label={t("reason")} value={reason} onChange={setReason} />
      ) : null}
      <Refused error={decide.error} />
      <div className="flex flex-wrap gap-3">
        {mine.acts.map((kind) => (
          <Button
            key={kind}
            look={kind === "consent" ? "primary" : kind === "refuse" ? "grave" : "plain"}
            isPending={decide.isPending}
            onPress={() => act(kind)}
          >
            {t(`act.${kind}`)}
          </Button>
        ))}
      </div>
    </div>
  );
};

const Open = ({ agreement, view }: { readonly agreement: string; readonly view: AmendmentView }) => {
  const t = useTranslations("amendment");
  const nameOf = useLocalName();
  const when = useWhen();
  return (
    <>
      <p className="mb-3 max-w-[72ch]">
        {t("proposed", {
          agency: view.proposedFor === null ? "" : nameOf(view.proposedFor.name),
          at: view.proposedAt === null ? "" : when(view.proposedAt),
        })}
      </p>
      <Difference view={view} />
      <p className="mt-2 text-xs text-quiet">
        {t("boundTo")} {view.digest === null ? null : <ShortDigest digest={view.digest} />}
      </p>
      {view.consents.length === 0 ? null : (
        <p className="mt-2">
          {t("consented", { agencies: view.consents.map(({ agency }) => nameOf(agency.name)).join(", ") })}
        </p>
      )}
      <Decide agreement={agreement} view={view} />
    </>
  );
};

const Body = ({ agreement, view }: { readonly agreement: AgreementView; readonly view: AmendmentView }) => {
  const t = useTranslations("amendment");
  const [writing, setWriting] = useState(false);
  const as = view.mayPropose[0];
  if (view.stage === "open" && as === undefined) return <Open agreement={agreement.id} view={view} />;
  if (writing && as !== undefined && agreement.terms !== null)
    return <AmendForm agreement={agreement.id} terms={agreement.terms} as={as.id} onDone={() => setWriting(false)} />;
  return (
    <>
      <p className="max-w-[72ch]">{t(`stage.${view.stage === null || view.stage === "open" ? "none" : view.stage}`)}</p>
      {view.stage === "refused" && view.reason !== null ? <p>{t("because", { reason: view.reason })}</p> : null}
      {as === undefined ? null : (
        <p className="mt-3">
          <Button onPress={() => setWriting(true)}>{t("propose")}</Button>
        </p>
      )}
    </>
  );
};

/** New terms for an agreement that stands: the difference for both sides, and what each may do about it. */
export const Amendment = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("amendment");
  const query = useQuery(queries.amendment(agreement.id));
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={query}>{(view) => <Body agreement={agreement} view={view} />}</Loaded>
    </Section>
  );
};
