"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgencyView } from "#lib/contracts/directory.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault, Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";

const ENDING = { suspend: "suspended", leave: "left" } as const;
type Ending = keyof typeof ENDING;

const useSetState = (agency: AgencyView, onDone: () => void) => {
  const t = useTranslations("agency");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.setAgencyState>[1]) =>
      acts.setAgencyState(agency.id, body, agency.version),
    onSuccess: (view, { state }) => {
      client.setQueryData(queries.agency(agency.id).queryKey, view);
      say(t(`stateDone.${state}`));
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["agency", agency.id] }),
  });
};

const EndForm = ({
  agency,
  ending,
  onDone,
}: {
  readonly agency: AgencyView;
  readonly ending: Ending;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("agency");
  const nameOf = useLocalName();
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const set = useSetState(agency, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: "state-reason", sentence: t("stateReasonMissing") }] : []);
    if (!missing) set.mutate({ state: ENDING[ending], reason });
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-5 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{t(`stateTitle.${ending}`, { agency: nameOf(agency.name) })}</h2>
      <p className="mt-1 mb-4 max-w-[72ch]">{t(`stateMeans.${ending}`)}</p>
      <ErrorSummary faults={faults} error={set.error} />
      <TextInput
        name="state-reason"
        label={t("stateReason")}
        lines={2}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="mt-4 flex flex-wrap gap-3">
        <Button type="submit" look="grave" isPending={set.isPending}>
          {t(`stateNow.${ending}`)}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

/** Begins, suspends and ends an agency's membership: a coordinator's acts. */
export const StateActs = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("agency");
  const [ending, setEnding] = useState<Ending>();
  const done = (): void => setEnding(undefined);
  const set = useSetState(agency, done);
  const endings = (["suspend", "leave"] as const).filter((each) => agency.allowed.includes(each));
  const activates = agency.allowed.includes("activate");
  if (!activates && endings.length === 0) return <Refused error={set.error} />;
  if (ending !== undefined) return <EndForm agency={agency} ending={ending} onDone={done} />;
  return (
    <div className="no-print mt-5">
      <div className="flex flex-wrap gap-3">
        {activates ? (
          <Button look="primary" isPending={set.isPending} onPress={() => set.mutate({ state: "active" })}>
            {t("activate")}
          </Button>
        ) : null}
        {endings.map((each) => (
          <Button key={each} look="quiet" onPress={() => setEnding(each)}>
            {t(`stateAct.${each}`)}
          </Button>
        ))}
      </div>
      <Refused error={set.error} />
    </div>
  );
};
