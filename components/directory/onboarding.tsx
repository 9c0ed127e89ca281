"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { OnboardingView } from "#lib/contracts/onboarding.ts";
import { CONTACT_KINDS } from "#lib/domain/directory.ts";
import { ONBOARDING_STEPS } from "#lib/domain/onboarding.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { PageHead, Rows, Section } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";

type Step = OnboardingView["steps"][number];

const ICON = {
  done: <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="mt-0.5 flex-none text-force" />,
  now: <CircleAlert size={20} strokeWidth={1.75} aria-hidden className="mt-0.5 flex-none text-stop" />,
  later: <CircleDashed size={20} strokeWidth={1.75} aria-hidden className="mt-0.5 flex-none text-quiet" />,
} as const;

const useMissing = (): ((step: Step) => string) => {
  const t = useTranslations("onboarding.step");
  const kind = useTranslations("contactKind");
  return ({ missing }) =>
    missing
      .map((word) => {
        const step = ONBOARDING_STEPS.find((known) => known === word);
        const contact = CONTACT_KINDS.find((known) => known === word);
        if (step !== undefined) return t(step);
        return contact === undefined ? word : kind(contact);
      })
      .join(", ");
};

/** Missing words that say more than the step's own sentence. */
const NAMED = ["contacts", "proof", "keys", "reporting"];

const Next = ({ step }: { readonly step: Step }) => {
  const t = useTranslations("onboarding");
  const role = useTranslations("role");
  const say = useSay();
  const missingOf = useMissing();
  if (step.state === "later") return <p className="text-sm text-quiet">{t("first", { steps: missingOf(step) })}</p>;
  const copy = (): void =>
    void navigator.clipboard.writeText(new URL(step.href, window.location.href).href).then(
      () => say(t("copied")),
      () => say(t("notCopied")),
    );
  return (
    <>
      <p className="text-sm">{t(`do.${step.step}`)}</p>
      {NAMED.includes(step.step) ? <p className="text-sm">{t("waitsFor", { names: missingOf(step) })}</p> : null}
      <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm">
        <span className="text-quiet">{t("turn", { role: role(step.by) })}</span>
        <TextLink href={step.href}>{t("where")}</TextLink>
        <Button look="quiet" onPress={copy} aria-label={t("shareStep", { step: t(`step.${step.step}`) })}>
          {t("share")}
        </Button>
      </p>
    </>
  );
};

const Accepted = ({ terms }: { readonly terms: OnboardingView["terms"] }) => {
  const t = useTranslations("onboarding");
  if (terms === null) return null;
  const { number, diarienummer, authority, person, at } = terms;
  return (
    <p className="text-sm text-quiet">
      {t("acceptedBy", { number, diarienummer, authority, person: person.name ?? t("erased") })} <When at={at} />
    </p>
  );
};

const Steps = ({ view }: { readonly view: OnboardingView }) => {
  const t = useTranslations("onboarding");
  return (
    <Section title={t("steps")}>
      <Rows>
        {view.steps.map((step) => (
          <li key={step.step} id={step.step} className="flex items-start gap-3 px-4 py-3">
            {ICON[step.state]}
            <div className="min-w-0">
              <h3 className="text-base">
                {t(`step.${step.step}`)}{" "}
                <span className="text-sm font-normal text-quiet">{t(`stepState.${step.state}`)}</span>
              </h3>
              {step.step === "terms" ? <Accepted terms={view.terms} /> : null}
              {step.state === "done" ? null : <Next step={step} />}
            </div>
          </li>
        ))}
      </Rows>
    </Section>
  );
};

const Body = ({ view }: { readonly view: OnboardingView }) => {
  const t = useTranslations("onboarding");
  const nameOf = useLocalName();
  const name = nameOf(view.agency.name);
  const left = view.steps.filter(({ state }) => state !== "done").length;
  return (
    <>
      <PageHead
        title={t("of", { agency: name })}
        answer={left === 0 ? t("allDone") : t("left", { count: left })}
        trail={{ href: `/agencies/${view.agency.id}`, label: name, here: t("title") }}
      />
      <Steps view={view} />
    </>
  );
};

/** Everything between an agency's invitation and its first agreement: each step, whose turn it is, and where. */
export const Onboarding = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.onboarding(id));
  return <Loaded query={query}>{(view) => <Body view={view} />}</Loaded>;
};
