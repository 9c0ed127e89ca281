"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AskOrAnswer, QuestionsView } from "#lib/contracts/questions.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Notice, Section } from "../ui/page.tsx";
import { Refused, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, useWhen } from "../ui/when.tsx";

type Question = QuestionsView["questions"][number];
type Said = Question["asked"];

const useAct = (agreement: string, done: () => void) => {
  const t = useTranslations("questions");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: z.input<typeof AskOrAnswer>) => acts.askOrAnswer(agreement, body),
    onSuccess: (view) => {
      client.setQueryData(queries.questions(agreement).queryKey, view);
      void client.invalidateQueries({ queryKey: ["inbox"] });
      say(t("done"));
      done();
    },
  });
};

const Words = ({ said, kind }: { readonly said: Said; readonly kind: "asks" | "answers" }) => {
  const t = useTranslations("questions");
  const nameOf = useLocalName();
  const when = useWhen();
  return (
    <div>
      <p className="font-semibold">{t(kind, { agency: said.agency === null ? "" : nameOf(said.agency.name) })}</p>
      <p className="max-w-[72ch] whitespace-pre-line [overflow-wrap:anywhere]">{said.text}</p>
      <p className="text-xs text-quiet">{t("by", { name: said.person.name ?? "–", at: when(said.at) })}</p>
    </div>
  );
};

const Write = ({
  name,
  label,
  hint,
  send,
  agreement,
  body,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly send: string;
  readonly agreement: string;
  readonly body: (text: string) => z.input<typeof AskOrAnswer>;
}) => {
  const [text, setText] = useState("");
  const act = useAct(agreement, () => setText(""));
  const fields = useFieldErrors(act.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    act.mutate(body(text));
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-3 space-y-3">
      <TextInput
        name={name}
        label={label}
        {...(hint === undefined ? {} : { hint })}
        value={text}
        onChange={setText}
        error={fields["text"]}
        lines={3}
      />
      <Refused error={act.error} />
      <Button type="submit" isPending={act.isPending}>
        {send}
      </Button>
    </form>
  );
};

const One = ({ agreement, question }: { readonly agreement: string; readonly question: Question }) => {
  const t = useTranslations("questions");
  const act = useAct(agreement, () => undefined);
  const { id, asked, answer, withdrawn, current, mayAnswer, mayWithdraw } = question;
  return (
    <li className="space-y-3 px-4 py-3">
      <Words said={asked} kind="asks" />
      {current ? null : <p className="text-sm text-quiet">{t("older")}</p>}
      {withdrawn ? <p className="text-quiet">{t("withdrawn")}</p> : null}
      {answer === null ? null : <Words said={answer} kind="answers" />}
      {mayAnswer === null ? null : (
        <Write
          name={`answer-${id}`}
          label={t("answer")}
          send={t("send")}
          agreement={agreement}
          body={(text) => ({ act: "answer", as: mayAnswer.id, question: id, text })}
        />
      )}
      {mayWithdraw === null ? null : (
        <div className="no-print">
          <Button
            look="quiet"
            isPending={act.isPending}
            onPress={() => act.mutate({ act: "withdraw", as: mayWithdraw.id, question: id })}
          >
            {t("withdraw")}
          </Button>
          <Refused error={act.error} />
        </div>
      )}
    </li>
  );
};

const Body = ({ agreement, view }: { readonly agreement: string; readonly view: QuestionsView }) => {
  const t = useTranslations("questions");
  const as = view.mayAsk[0];
  return (
    <>
      {view.clockStands ? <Notice tone="act">{t("clock")}</Notice> : null}
      {view.questions.length === 0 ? (
        <p className="text-quiet">{t("none")}</p>
      ) : (
        <ul className="mt-3 divide-y divide-line rounded border border-line bg-card">
          {view.questions.map((question) => (
            <One key={question.id} agreement={agreement} question={question} />
          ))}
        </ul>
      )}
      {as === undefined ? null : (
        <Write
          name="question"
          label={t("question")}
          hint={t("questionHint")}
          send={t("ask")}
          agreement={agreement}
          body={(text) => ({ act: "ask", as: as.id, text })}
        />
      )}
    </>
  );
};

/** What the two sides ask each other before they decide. */
export const Questions = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("questions");
  const query = useQuery(queries.questions(agreement));
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={query}>{(view) => <Body agreement={agreement} view={view} />}</Loaded>
    </Section>
  );
};
