"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { NoticeChoicesView } from "#lib/contracts/notices.ts";
import { DIGEST_HOURS, HOWS, type How, type NoticeKind } from "#lib/domain/notices.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Rows, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";

const HOURS = Array.from({ length: DIGEST_HOURS.most - DIGEST_HOURS.least + 1 }, (_, step) => {
  const hour = String(DIGEST_HOURS.least + step);
  return { value: hour, label: `${hour.padStart(2, "0")}:00` };
});

type Chosen = Partial<Readonly<Record<NoticeKind, How>>>;

const Form = ({ choices }: { readonly choices: NoticeChoicesView }) => {
  const t = useTranslations("notices");
  const client = useQueryClient();
  const [hour, setHour] = useState(String(choices.digestHour));
  const [chosen, setChosen] = useState<Chosen>({});
  const save = useMutation({
    mutationFn: () => {
      const all = choices.kinds.map(({ kind, how }) => [kind, chosen[kind] ?? how] as const);
      return acts.chooseNotices({ digestHour: Number(hour), how: Object.fromEntries(all) });
    },
    onSuccess: (saved) => client.setQueryData(queries.noticeChoices().queryKey, saved),
  });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="max-w-xs">
        <SelectInput name="digest-hour" label={t("digestHour")} options={HOURS} value={hour} onChange={setHour} />
      </div>
      <Rows label={t("choicesTitle")}>
        {choices.kinds.map(({ kind, how, mandatory }) => (
          <li key={kind} className="grid items-center gap-x-5 gap-y-1 px-4 py-2 md:grid-cols-[1fr_220px]">
            <span>
              {t(`kind.${kind}.what`)}
              {mandatory ? <span className="block text-xs text-quiet">{t("mandatory")}</span> : null}
            </span>
            <SelectInput
              name={`how-${kind}`}
              label={t(`kind.${kind}.what`)}
              showLabel={false}
              options={HOWS.filter((each) => !(mandatory && each === "none")).map((value) => ({
                value,
                label: t(`how.${value}`),
              }))}
              value={chosen[kind] ?? how}
              onChange={(value) => {
                const picked = HOWS.find((each) => each === value);
                if (picked !== undefined) setChosen({ ...chosen, [kind]: picked });
              }}
            />
          </li>
        ))}
      </Rows>
      <Refused error={save.error} />
      <div className="flex items-center gap-4">
        <Button type="submit" isPending={save.isPending}>
          {t("save")}
        </Button>
        <span role="status" className="text-sm text-quiet">
          {save.isSuccess ? t("saved") : ""}
        </span>
      </div>
    </form>
  );
};

/** How the reader is told by mail: each kind at once, gathered once a day, or not. */
export const NoticeChoices = () => {
  const t = useTranslations("notices");
  const query = useQuery(queries.noticeChoices());
  return (
    <div id="notices">
      <Section title={t("choicesTitle")} note={t("choicesNote")}>
        <Loaded query={query}>{(choices) => <Form choices={choices} />}</Loaded>
      </Section>
    </div>
  );
};
