"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { EmergencyView, StartStop } from "#lib/contracts/emergency.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";
import { Reach } from "./reach.tsx";

const MOST_AGENCIES = 200;

/** Everything that this person may stop: their own agencies from all, and any agency everywhere. */
const useTargets = ({ own, everywhere }: EmergencyView) => {
  const t = useTranslations("emergency");
  const nameOf = useLocalName();
  const { data } = useInfiniteQuery({ ...queries.agencies({ limit: MOST_AGENCIES }), enabled: everywhere });
  const all = data?.pages.flatMap(({ items }) => items) ?? [];
  return [
    ...own.map(({ id, name }) => ({ value: `own:${id}`, label: t("stopOwn", { agency: nameOf(name) }) })),
    ...all.map(({ id, name }) => ({ value: `federation:${id}`, label: t("stopEverywhere", { agency: nameOf(name) }) })),
  ];
};

const useStart = (onDone: () => void) => {
  const t = useTranslations("emergency");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.startStop>[0]) => acts.startStop(body),
    onSuccess: ({ exercise }) => {
      say(t(exercise ? "startedExercise" : "started"));
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["emergency"] }),
  });
};

type Target = { readonly scope: StartStop["scope"]; readonly agency: string };
const targetOf = (value: string): Target => {
  const [scope, agency = ""] = value.split(":");
  return { scope: scope === "own" ? "own" : "federation", agency };
};

const Confirm = ({ target, onDone }: { readonly target: Target; readonly onDone: () => void }) => {
  const t = useTranslations("emergency");
  const nameOf = useLocalName();
  const query = useQuery(queries.stopReach(target.agency));
  const [kind, setKind] = useState("real");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const start = useStart(onDone);
  const exercise = kind === "exercise";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: "stop-reason", sentence: t("reasonMissing") }] : []);
    if (!missing) start.mutate({ ...target, exercise, reason, digest: query.data?.digest });
  };
  return (
    <Loaded query={query}>
      {(reach) => (
        <form onSubmit={submit} noValidate className="mt-4 space-y-4 rounded border border-edge bg-card px-5 py-4">
          <p className="max-w-[72ch]">
            <b className="font-semibold">
              {t("reaches", { servers: reach.servers.length, partners: reach.partners.length })}
            </b>{" "}
            {t(`means.${target.scope}`)}
          </p>
          <Reach reach={reach} begun={false} />
          <ErrorSummary faults={faults} error={start.error} />
          <Choices
            name="stop-kind"
            label={t("kind")}
            value={kind}
            onChange={setKind}
            options={[
              { value: "real", label: t("real") },
              { value: "exercise", label: t("exercise"), hint: t("exerciseHint") },
            ]}
          />
          <TextInput
            name="stop-reason"
            label={t("reason")}
            lines={3}
            value={reason}
            onChange={setReason}
            error={faults[0]?.sentence}
            isRequired
          />
          <div className="flex flex-wrap gap-3">
            <Button type="submit" look="primary" isPending={start.isPending}>
              {t(exercise ? "buttonExercise" : "button", { agency: nameOf(reach.agency.name) })}
            </Button>
            <Button look="quiet" onPress={onDone}>
              {t("cancel")}
            </Button>
          </div>
        </form>
      )}
    </Loaded>
  );
};

/** Begins a stop: whom, what it shuts, why, and one button that says what it does. */
export const StartForm = ({ view }: { readonly view: EmergencyView }) => {
  const t = useTranslations("emergency");
  const targets = useTargets(view);
  const [chosen, setChosen] = useState("");
  if (!view.everywhere && view.own.length === 0) return null;
  return (
    <Section title={t("begin")} className="no-print mt-8">
      <SelectInput name="stop-target" label={t("target")} options={targets} value={chosen} onChange={setChosen} />
      {chosen === "" ? null : <Confirm key={chosen} target={targetOf(chosen)} onDone={() => setChosen("")} />}
    </Section>
  );
};
