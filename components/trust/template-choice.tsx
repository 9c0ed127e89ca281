"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { queries } from "#lib/client/queries.ts";
import { SelectInput } from "../ui/select.tsx";
import type { StepProps } from "./request-steps.tsx";
import { answersOf } from "./template-draft.ts";

/** Begins the request with a template of one's own agency or the federation; nothing where there is none. */
export const TemplateChoice = ({ home, change }: Pick<StepProps, "home" | "change">) => {
  const t = useTranslations("templates");
  const [chosen, setChosen] = useState("");
  const own = useQuery(queries.templates(home)).data?.templates ?? [];
  const shared = useQuery(queries.federationTemplates()).data?.templates ?? [];
  const all = [
    ...own.map((template, at) => ({ value: `own-${at}`, label: template.name, template })),
    ...shared.map((template, at) => ({ value: `all-${at}`, label: t("shared", { name: template.name }), template })),
  ];
  if (all.length === 0) return null;
  const choose = (value: string): void => {
    setChosen(value);
    const found = all.find((each) => each.value === value);
    if (found !== undefined) change(answersOf(found.template));
  };
  return (
    <div className="mb-5">
      <SelectInput
        name="template"
        label={t("choose")}
        hint={t("chooseHint")}
        value={chosen}
        onChange={choose}
        options={all}
      />
    </div>
  );
};
