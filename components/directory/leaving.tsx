"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgencyView } from "#lib/contracts/directory.ts";
import { startOfDay } from "../trust/draft.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Notice } from "../ui/page.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";

const usePlan = (agency: AgencyView, onDone: () => void) => {
  const t = useTranslations("leaving");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: { readonly at: number | null; readonly reason: string }) =>
      acts.planLeaving(agency.id, body, agency.version),
    onSuccess: (view) => {
      client.setQueryData(queries.agency(agency.id).queryKey, view);
      say(t(view.leavesAt === null ? "stays" : "planned"));
      onDone();
    },
  });
};

const Day = ({
  value,
  onChange,
  error,
}: {
  readonly value: string;
  readonly onChange: (day: string) => void;
  readonly error: string | undefined;
}) => {
  const t = useTranslations("leaving");
  return (
    <>
      <p className="max-w-[72ch]">{t("means")}</p>
      <TextInput
        name="leaving-day"
        type="date"
        label={t("day")}
        value={value}
        onChange={onChange}
        error={error}
        isRequired
        narrow
      />
    </>
  );
};

const Form = ({
  agency,
  cancels,
  onDone,
}: {
  readonly agency: AgencyView;
  readonly cancels: boolean;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("leaving");
  const [day, setDay] = useState("");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const plan = usePlan(agency, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const at = cancels ? null : startOfDay(day);
    const found: Fault[] = [
      ...(at === undefined || Number.isNaN(at) ? [{ field: "leaving-day", sentence: t("dayMissing") }] : []),
      ...(reason.trim() === "" ? [{ field: "leaving-reason", sentence: t("reasonMissing") }] : []),
    ];
    setFaults(found);
    if (found.length === 0 && at !== undefined) plan.mutate({ at, reason });
  };
  const errorOf = (field: string) => faults.find((fault) => fault.field === field)?.sentence;
  return (
    <form onSubmit={submit} noValidate className="no-print mt-5 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{t(cancels ? "cancelTitle" : "planTitle")}</h2>
      <ErrorSummary faults={faults} error={plan.error} />
      {cancels ? null : <Day value={day} onChange={setDay} error={errorOf("leaving-day")} />}
      <TextInput
        name="leaving-reason"
        label={t("reason")}
        lines={2}
        value={reason}
        onChange={setReason}
        error={errorOf("leaving-reason")}
        isRequired
      />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="grave" isPending={plan.isPending}>
          {t(cancels ? "cancelNow" : "planNow")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

/** When the agency leaves, where that is decided; a coordinator decides it here. */
export const Leaving = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("leaving");
  const [open, setOpen] = useState(false);
  const planned = agency.leavesAt !== null;
  const may = agency.allowed.includes("leave");
  return (
    <>
      {planned ? (
        <Notice tone="stop">{t.rich("leaves", { at: () => <When at={agency.leavesAt ?? 0} /> })}</Notice>
      ) : null}
      {may && !open ? (
        <p className="no-print mt-3">
          <Button look="quiet" onPress={() => setOpen(true)}>
            {t(planned ? "cancelOpen" : "planOpen")}
          </Button>
        </p>
      ) : null}
      {may && open ? <Form agency={agency} cancels={planned} onDone={() => setOpen(false)} /> : null}
    </>
  );
};
