"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import { holds, useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState, PageHead } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";
import { ContentStep } from "./content-step.tsx";
import {
  type Draft,
  type DraftFault,
  faultsOf,
  REQUEST_STEPS,
  type RequestStep,
  requestOf,
  requestsOf,
  useDraft,
} from "./draft.ts";
import { CONTENT_FIELDS } from "./draft-content.ts";
import { CheckStep } from "./request-check.tsx";
import { DatesStep, PartnerStep, PurposeStep, ServersStep, type StepProps } from "./request-steps.tsx";
import { TemplateChoice } from "./template-choice.tsx";

const FIELDS: Readonly<Record<RequestStep, readonly (keyof Draft)[]>> = {
  partner: ["partner", "also"],
  purpose: ["purpose", "legalBasis"],
  content: CONTENT_FIELDS,
  servers: ["homeServers", "partnerServers"],
  dates: ["start", "startTime", "end", "trial"],
  check: [
    "partner",
    "purpose",
    "legalBasis",
    ...CONTENT_FIELDS,
    "homeServers",
    "partnerServers",
    "start",
    "startTime",
    "end",
    "trial",
  ],
};

const isStep = (text: string | null): text is RequestStep => REQUEST_STEPS.some((step) => step === text);

const Question = ({
  step,
  ...props
}: StepProps & { readonly step: RequestStep; readonly goTo: (step: RequestStep) => void }) => {
  if (step === "partner") return <PartnerStep {...props} />;
  if (step === "purpose")
    return (
      <>
        <TemplateChoice home={props.home} change={props.change} />
        <PurposeStep {...props} />
      </>
    );
  if (step === "content") return <ContentStep {...props} />;
  if (step === "servers") return <ServersStep {...props} />;
  if (step === "dates") return <DatesStep {...props} />;
  return <CheckStep draft={props.draft} home={props.home} goTo={props.goTo} />;
};

const useSend = (forget: () => void) => {
  const t = useTranslations("request");
  const router = useRouter();
  const client = useQueryClient();
  const say = useSay();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (body: ReturnType<typeof requestOf>) => acts.requestTrust(body, key.current),
    onSuccess: (agreement) => {
      forget();
      client.setQueryData(queries.agreement(agreement.id).queryKey, agreement);
      for (const topic of ["agreements", "agencies", "inbox", "overview"])
        void client.invalidateQueries({ queryKey: [topic] });
      say(t("sent"));
      router.push(`/agreements/${agreement.id}`);
    },
    // What is sent after a correction is another act than the one that was refused.
    onError: () => {
      key.current = newKey();
    },
  });
};

const useSendMany = (forget: () => void) => {
  const t = useTranslations("request");
  const router = useRouter();
  const client = useQueryClient();
  const say = useSay();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (body: NonNullable<ReturnType<typeof requestsOf>>) => acts.requestMany(body, key.current),
    onSuccess: ({ items }) => {
      forget();
      for (const topic of ["agreements", "agencies", "inbox", "overview"])
        void client.invalidateQueries({ queryKey: [topic] });
      say(t("sentMany", { count: items.length }));
      router.push("/agreements");
    },
    onError: () => {
      key.current = newKey();
    },
  });
};

/** Sends the draft to the one agency, or to all that are to be asked. */
const useSending = (draft: Draft, home: string, forget: () => void) => {
  const [one, all] = [useSend(forget), useSendMany(forget)];
  const many = requestsOf(draft, home);
  const send = (): void => (many === undefined ? one.mutate(requestOf(draft, home)) : all.mutate(many));
  return {
    send,
    error: one.error ?? all.error,
    isPending: one.isPending || all.isPending,
    count: many?.partners.length,
  };
};

const usePartnerName = (id: string): string => {
  const nameOf = useLocalName();
  const { data } = useQuery({ ...queries.agency(id), enabled: id !== "" });
  return data === undefined ? "" : nameOf(data.name);
};

const Form = ({ home }: { readonly home: string }) => {
  const t = useTranslations("request");
  const router = useRouter();
  const search = useSearchParams();
  const named = search.get("partner") ?? undefined;
  const { draft, change, forget } = useDraft(named);
  const asked = search.get("step");
  // What is being chosen decides nothing here: arrows through the choices choose each in passing.
  const step: RequestStep = isStep(asked) ? asked : named === undefined ? "partner" : "purpose";
  const [faults, setFaults] = useState<readonly DraftFault[]>([]);
  const sending = useSending(draft, home, forget);
  const fields = useFieldErrors(sending.error);
  const partner = usePartnerName(draft.partner);
  const goTo = (next: RequestStep): void => {
    setFaults([]);
    router.push(`/requests/new?step=${next}`);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const here = faultsOf(draft).filter(({ field }) => FIELDS[step].includes(field));
    setFaults(here);
    if (here.length > 0) return;
    if (step === "check") sending.send();
    else goTo(REQUEST_STEPS[REQUEST_STEPS.indexOf(step) + 1] ?? "check");
  };
  const errorOf = (field: keyof Draft): string | undefined => {
    const fault = faults.find((each) => each.field === field);
    return fault === undefined ? (fields[field] ?? fields[`content.${field}`]) : t(`fault.${fault.key}`);
  };
  const at = REQUEST_STEPS.indexOf(step);
  const send = sending.count === undefined ? t("send", { partner }) : t("sendMany", { count: sending.count });
  return (
    <form onSubmit={submit} noValidate>
      <PageHead
        title={t(`title.${step}`)}
        answer={t("progress", { at: at + 1, of: REQUEST_STEPS.length })}
        trail={{ href: "/directory", label: t("directory"), here: t("name") }}
      />
      <ErrorSummary
        faults={faults.map(({ field, key }) => ({ field, sentence: t(`fault.${key}`) }))}
        error={step === "check" ? sending.error : undefined}
      />
      <div className="mt-6">
        <Question step={step} draft={draft} change={change} errorOf={errorOf} home={home} goTo={goTo} />
      </div>
      <div className="mt-7 flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={sending.isPending}>
          {step === "check" ? send : t("next")}
        </Button>
        {at === 0 ? null : (
          <Button look="quiet" onPress={() => goTo(REQUEST_STEPS[at - 1] ?? "partner")}>
            {t("back")}
          </Button>
        )}
      </div>
    </form>
  );
};

/** Asks another agency for trust: one question a page, every answer checked before it is sent. */
export const RequestForm = () => {
  const t = useTranslations("request");
  const me = useMe();
  if (me.agency === undefined || !holds(me, "administrator"))
    return (
      <>
        <PageHead title={t("name")} />
        <div className="mt-6">
          <EmptyState>{t("notAdministrator")}</EmptyState>
        </div>
      </>
    );
  return <Form key={me.agency.id} home={me.agency.id} />;
};
