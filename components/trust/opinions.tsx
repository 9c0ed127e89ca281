"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { OpinionsView } from "#lib/contracts/questions.ts";
import { OPINION_SUBJECTS, type OpinionSubject, STANCES, type Stance } from "#lib/domain/opinions.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Section } from "../ui/page.tsx";
import { Refused, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useWhen } from "../ui/when.tsx";

type Props = { readonly agreement: string; readonly as: string; readonly digest: string };

const useGive = ({ agreement, as, digest }: Props, done: () => void) => {
  const t = useTranslations("opinions");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (said: { readonly subject: OpinionSubject; readonly stance: Stance; readonly text: string }) => {
      const { text, ...rest } = said;
      return acts.giveOpinion(agreement, { as, digest, ...rest, ...(text.trim() === "" ? {} : { text }) });
    },
    onSuccess: (view) => {
      client.setQueryData(queries.opinions(agreement).queryKey, view);
      say(t("done"));
      done();
    },
  });
};

const Give = (props: Props) => {
  const t = useTranslations("opinions");
  const [subject, setSubject] = useState<OpinionSubject>("data_protection");
  const [stance, setStance] = useState<Stance>("favours");
  const [text, setText] = useState("");
  const give = useGive(props, () => setText(""));
  const fields = useFieldErrors(give.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    give.mutate({ subject, stance, text });
  };
  return (
    <details className="no-print mt-3">
      <summary className="cursor-pointer font-semibold">{t("give")}</summary>
      <form onSubmit={submit} noValidate className="mt-3 space-y-4">
        <Choices
          name="opinionSubject"
          label={t("subjectLabel")}
          value={subject}
          onChange={(value) => setSubject(OPINION_SUBJECTS.find((each) => each === value) ?? subject)}
          options={OPINION_SUBJECTS.map((value) => ({ value, label: t(`subject.${value}`) }))}
        />
        <Choices
          name="opinionStance"
          label={t("stanceLabel")}
          value={stance}
          onChange={(value) => setStance(STANCES.find((each) => each === value) ?? stance)}
          options={STANCES.map((value) => ({ value, label: t(`stance.${value}`) }))}
        />
        <TextInput
          name="opinionText"
          label={t("text")}
          hint={t("textHint")}
          value={text}
          onChange={setText}
          error={fields["text"]}
          lines={3}
        />
        <Refused error={give.error} />
        <Button type="submit" isPending={give.isPending}>
          {t("give")}
        </Button>
      </form>
    </details>
  );
};

const Body = ({ agreement, view }: { readonly agreement: string; readonly view: OpinionsView }) => {
  const t = useTranslations("opinions");
  const when = useWhen();
  const as = view.mayGive[0];
  return (
    <>
      {view.opinions.length === 0 ? (
        <p className="text-quiet">{t("none")}</p>
      ) : (
        <ul className="divide-y divide-line rounded border border-line bg-card">
          {view.opinions.map(({ person, subject, stance, text, at, current }) => (
            <li key={`${person.id} ${subject}`} className="px-4 py-3">
              <p className="font-semibold">
                {t(`subject.${subject}`)}: {t(`stance.${stance}`)}
              </p>
              {text === null ? null : (
                <p className="max-w-[72ch] whitespace-pre-line [overflow-wrap:anywhere]">{text}</p>
              )}
              <p className="text-xs text-quiet">
                {t("by", { name: person.name ?? "–", at: when(at) })}
                {current ? null : ` · ${t("older")}`}
              </p>
            </li>
          ))}
        </ul>
      )}
      {as === undefined || view.digest === null ? null : <Give agreement={agreement} as={as.id} digest={view.digest} />}
    </>
  );
};

/** What the reader's own agency thinks before it decides; the other side sees none of it. */
export const Opinions = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("opinions");
  const query = useQuery(queries.opinions(agreement));
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={query}>{(view) => <Body agreement={agreement} view={view} />}</Loaded>
    </Section>
  );
};
