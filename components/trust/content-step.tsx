"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { NAMED_LEVELS } from "#lib/domain/classification.ts";
import { RESIDENCY_RULES } from "#lib/domain/terms.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { Section } from "../ui/page.tsx";
import { SelectInput } from "../ui/select.tsx";
import type { StepProps } from "./request-steps.tsx";

const LAWS = ["osl", "fl", "gdpr", "dsl", "csl", "mf"] as const;
export const OFFLINE_HOURS = [0, 24, 72, 168, 720] as const;

const Laws = ({ draft, change }: StepProps) => {
  const t = useTranslations("request");
  const [law, setLaw] = useState<string>(LAWS[0]);
  const [section, setSection] = useState("");
  const known = LAWS.find((each) => each === law) ?? LAWS[0];
  const add = (): void => {
    if (section.trim() === "") return;
    change({ laws: [...draft.laws, { law: t(`law.${known}`), section: section.trim() }] });
    setSection("");
  };
  return (
    <div className="space-y-3">
      <SelectInput
        name="law"
        label={t("law.label")}
        value={law}
        onChange={setLaw}
        options={LAWS.map((each) => ({ value: each, label: t(`law.${each}`) }))}
      />
      <TextInput
        name="section"
        label={t("law.section")}
        hint={t("law.sectionHint")}
        value={section}
        onChange={setSection}
        narrow
      />
      <Button look="plain" onPress={add}>
        {t("law.add")}
      </Button>
      {draft.laws.length === 0 ? (
        <p className="text-sm text-quiet">{t("law.none")}</p>
      ) : (
        <ul className="max-w-2xl divide-y divide-line rounded border border-line">
          {draft.laws.map((each, at) => (
            <li key={`${each.law} ${each.section}`} className="flex items-center justify-between gap-3 px-3 py-1.5">
              <span>{`${each.law}, ${each.section}`}</span>
              <Button
                look="quiet"
                onPress={() => change({ laws: draft.laws.filter((_, other) => other !== at) })}
                aria-label={t("law.remove", { law: each.law, section: each.section })}
              >
                {t("law.removeShort")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

const Classification = ({ draft, change, errorOf }: StepProps) => {
  const t = useTranslations("request");
  const level = useTranslations("level");
  return (
    <div className="space-y-5">
      <TextInput
        name="secrecy"
        label={t("secrecy.label")}
        hint={t("secrecy.hint")}
        value={draft.secrecy}
        onChange={(secrecy) => change({ secrecy })}
        error={errorOf("secrecy")}
        lines={3}
      />
      {draft.secrecy.trim() === "" ? null : (
        <TextInput
          name="secrecyBy"
          label={t("secrecyBy.label")}
          hint={t("secrecyBy.hint")}
          value={draft.secrecyBy}
          onChange={(secrecyBy) => change({ secrecyBy })}
          error={errorOf("secrecyBy")}
          narrow
        />
      )}
      <Choices
        name="ceiling"
        label={t("ceiling.label")}
        hint={t("ceiling.hint")}
        value={draft.ceiling === "" ? "none" : draft.ceiling}
        onChange={(ceiling) => change({ ceiling: ceiling === "none" ? "" : ceiling })}
        error={errorOf("ceiling")}
        options={[
          { value: "none", label: t("notSaid") },
          ...NAMED_LEVELS.map((value) => ({ value, label: level(value) })),
        ]}
      />
      <Choices
        name="personalData"
        label={t("personalData.label")}
        value={draft.personalData === "" ? "none" : draft.personalData}
        onChange={(answer) => change({ personalData: answer === "none" ? "" : answer })}
        options={[
          { value: "none", label: t("notSaid") },
          { value: "yes", label: t("personalData.yes") },
          { value: "no", label: t("personalData.no") },
        ]}
      />
    </div>
  );
};

/** Also a time that the terms in force already say. */
const offlineHours = (said: string): readonly number[] =>
  [...new Set([...OFFLINE_HOURS, ...(said === "" ? [] : [Number(said)])])].toSorted((a, b) => a - b);

const Practice = ({ draft, change, errorOf }: StepProps) => {
  const t = useTranslations("request");
  const rule = useTranslations("residencyRule");
  return (
    <div className="space-y-5">
      <Choices
        name="residency"
        label={t("residency.label")}
        value={draft.residency === "" ? "none" : draft.residency}
        onChange={(residency) => change({ residency: residency === "none" ? "" : residency })}
        options={[
          { value: "none", label: t("notSaid") },
          ...RESIDENCY_RULES.map((value) => ({ value, label: rule(value) })),
        ]}
      />
      <SelectInput
        name="offline"
        label={t("offline.label")}
        hint={t("offline.hint")}
        value={draft.offline === "" ? "none" : draft.offline}
        onChange={(offline) => change({ offline: offline === "none" ? "" : offline })}
        options={[
          { value: "none", label: t("notSaid") },
          ...offlineHours(draft.offline).map((hours) => ({ value: String(hours), label: t("offline.h", { hours }) })),
        ]}
      />
      <TextInput
        name="contacts"
        label={t("contacts.label")}
        hint={t("contacts.hint")}
        value={draft.contacts}
        onChange={(contacts) => change({ contacts })}
        error={errorOf("contacts")}
        lines={3}
      />
      <TextInput
        name="conditions"
        label={t("conditions.label")}
        hint={t("conditions.hint")}
        value={draft.conditions}
        onChange={(conditions) => change({ conditions })}
        error={errorOf("conditions")}
        lines={4}
      />
    </div>
  );
};

/** What the agreement says beyond servers and dates, in three sections; every answer may be left out. */
export const ContentStep = (props: StepProps) => {
  const t = useTranslations("request");
  return (
    <>
      <Section title={t("section.law")}>
        <Laws {...props} />
      </Section>
      <Section title={t("section.classification")}>
        <Classification {...props} />
      </Section>
      <Section title={t("section.practice")}>
        <Practice {...props} />
      </Section>
    </>
  );
};
