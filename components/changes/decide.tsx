"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ChangeView } from "#lib/contracts/changes.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

const useDecide = (change: ChangeView) => {
  const t = useTranslations("changes");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.decideChange>[1]) => acts.decideChange(change.id, body),
    onSuccess: (view) => {
      client.setQueryData(queries.change(change.id).queryKey, view);
      for (const topic of ["changes", "inbox", "overview", "homeserver", "agency", "agreement", "people"])
        void client.invalidateQueries({ queryKey: [topic] });
      say(t(view.state === "approved" ? "approved" : "rejected"));
    },
  });
};

/** An approver's yes or no to a change; a no says why. */
export const Decide = ({ change }: { readonly change: ChangeView }) => {
  const t = useTranslations("changes");
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const decide = useDecide(change);
  const reject = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: "reason", sentence: t("reasonMissing") }] : []);
    if (!missing) decide.mutate({ decision: "reject", reason });
  };
  if (!rejecting)
    return (
      <>
        <ErrorSummary faults={[]} error={decide.error} />
        <div className="mt-6 flex flex-wrap gap-3">
          {change.allowed.includes("approve") ? (
            <Button look="primary" isPending={decide.isPending} onPress={() => decide.mutate({ decision: "approve" })}>
              {t(`approve.${change.kind}`)}
            </Button>
          ) : null}
          {change.allowed.includes("reject") ? (
            <Button look="grave" onPress={() => setRejecting(true)}>
              {t("reject")}
            </Button>
          ) : null}
        </div>
      </>
    );
  return (
    <form onSubmit={reject} noValidate className="mt-6 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={decide.error} />
      <TextInput
        name="reason"
        label={t("reason")}
        lines={3}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="flex gap-3">
        <Button type="submit" look="grave" isPending={decide.isPending}>
          {t("rejectNow")}
        </Button>
        <Button look="quiet" onPress={() => setRejecting(false)}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};
