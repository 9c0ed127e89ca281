"use client";

import { useTranslations } from "next-intl";
import { LEVELS } from "#lib/domain/classification.ts";
import { MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { CLAUSE_KINDS, type ClauseKind, REGIONS } from "#lib/domain/rules.ts";
import { Choices, ManyChoices, TextInput } from "../ui/field.tsx";
import type { Fault } from "../ui/problem.tsx";
import { type Draft, LAW_KEYS } from "./draft.ts";

type Props = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly faults: readonly Fault[];
};

/** Where a demand's value is filled in. */
export const fieldOf = (kind: ClauseKind): string => `rule-${kind}`;

const Lists = ({ draft, change, faults }: Props) => {
  const t = useTranslations("rules");
  const memberClass = useTranslations("memberClass");
  const law = useTranslations("request");
  const wants = (kind: ClauseKind): boolean => draft.kinds.includes(kind);
  const errorOf = (kind: ClauseKind) => faults.find(({ field }) => field.startsWith(fieldOf(kind)))?.sentence;
  return (
    <>
      {wants("member_class") ? (
        <ManyChoices
          name={fieldOf("member_class")}
          label={t("kind.member_class")}
          value={draft.classes}
          onChange={(classes) => change({ classes })}
          error={errorOf("member_class")}
          options={MEMBER_CLASSES.map((value) => ({ value, label: memberClass(value) }))}
        />
      ) : null}
      {wants("laws") ? (
        <ManyChoices
          name={fieldOf("laws")}
          label={t("kind.laws")}
          value={draft.laws}
          onChange={(laws) => change({ laws })}
          error={errorOf("laws")}
          options={LAW_KEYS.map((value) => ({ value, label: law(`law.${value}`) }))}
        />
      ) : null}
    </>
  );
};

const Scales = ({ draft, change }: Props) => {
  const t = useTranslations("rules");
  const level = useTranslations("level");
  const wants = (kind: ClauseKind): boolean => draft.kinds.includes(kind);
  return (
    <>
      {wants("country") ? (
        <Choices
          name={fieldOf("country")}
          label={t("kind.country")}
          value={draft.within}
          onChange={(within) => change({ within })}
          options={REGIONS.map((value) => ({ value, label: t(`region.${value}`) }))}
        />
      ) : null}
      {wants("ceiling") ? (
        <Choices
          name={fieldOf("ceiling")}
          label={t("kind.ceiling")}
          value={draft.most}
          onChange={(most) => change({ most })}
          options={LEVELS.map((each) => ({ value: String(each), label: level(`${each}`) }))}
        />
      ) : null}
      {wants("residency") ? (
        <Choices
          name={fieldOf("residency")}
          label={t("kind.residency")}
          value={draft.least}
          onChange={(least) => change({ least })}
          options={(["eea", "sweden"] as const).map((value) => ({ value, label: t(`region.${value}`) }))}
        />
      ) : null}
    </>
  );
};

const Numbers = ({ draft, change, faults }: Props) => {
  const t = useTranslations("rules");
  const wants = (kind: ClauseKind): boolean => draft.kinds.includes(kind);
  const errorOf = (kind: ClauseKind) => faults.find(({ field }) => field === fieldOf(kind))?.sentence;
  return (
    <>
      {wants("ends_within") ? (
        <TextInput
          name={fieldOf("ends_within")}
          label={t("days")}
          value={draft.days}
          onChange={(days) => change({ days })}
          error={errorOf("ends_within")}
          narrow
        />
      ) : null}
      {wants("offline") ? (
        <TextInput
          name={fieldOf("offline")}
          label={t("hours")}
          value={draft.hours}
          onChange={(hours) => change({ hours })}
          error={errorOf("offline")}
          narrow
        />
      ) : null}
    </>
  );
};

/** Which demands a rule makes, and the value of each that has one. */
export const ClauseFields = (props: Props) => {
  const t = useTranslations("rules");
  const { draft, change } = props;
  return (
    <div className="space-y-5">
      <ManyChoices
        name="rule-kinds"
        label={t("demands")}
        hint={t("demandsHint")}
        value={draft.kinds}
        onChange={(kinds) => change({ kinds })}
        options={CLAUSE_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
      />
      <Lists {...props} />
      <Scales {...props} />
      <Numbers {...props} />
    </div>
  );
};
