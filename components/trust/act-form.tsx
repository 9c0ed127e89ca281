"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { wordsBefore } from "#lib/domain/after-end.ts";
import { type Move, NEEDS_REASON } from "#lib/domain/trust.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { ErrorSummary, type Fault, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { Renamed } from "./renamed.tsx";
import { useDecision } from "./use-decision.ts";

export const GRAVE_MOVES = ["decline", "withdraw", "revoke", "suspend", "resume", "undo", "reconsent"] as const;
export type GraveMove = (typeof GRAVE_MOVES)[number];
const GRAVE: ReadonlySet<Move> = new Set<Move>(["decline", "withdraw", "revoke", "suspend", "undo"]);

type Props = {
  readonly agreement: AgreementView;
  readonly move: GraveMove;
  readonly as: string;
  readonly onDone: () => void;
};

const doors = ({ lanes, terms }: AgreementView): string =>
  terms === null
    ? lanes.map(({ to }) => to.serverName).join(", ")
    : `${(terms.servers.home ?? []).join(", ")} ⇄ ${(terms.servers.partner ?? []).join(", ")}`;

/** What ends or stops something, on the page itself: what it ends, why, and a button that says what it does. */
export const ActForm = ({ agreement, move, as, onDone }: Props) => {
  const t = useTranslations("acts");
  const after = useTranslations("afterEnd");
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const say = useSay();
  const decision = useDecision(agreement, () => {
    say(t(`${move}.done`));
    onDone();
  });
  const fields = useFieldErrors(decision.error);
  const asksReason = NEEDS_REASON.has(move);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = asksReason && reason.trim() === "";
    setFaults(missing ? [{ field: "reason", sentence: t("reasonMissing") }] : []);
    if (missing) return;
    decision.mutate({ move, as, reason });
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-5 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{t(`${move}.title`)}</h2>
      <p className="mt-1 max-w-[72ch]">{t(`${move}.ends`, { doors: doors(agreement) })}</p>
      {wordsBefore(move).map((word) => (
        <p key={word} className="mt-1 max-w-[72ch]">
          {after(word)}
        </p>
      ))}
      {move === "reconsent" ? <Renamed agreement={agreement} /> : null}
      <ErrorSummary faults={faults} error={decision.error} />
      {asksReason ? (
        <div className="mt-4">
          <TextInput
            name="reason"
            label={t("reason")}
            hint={t("reasonHint")}
            lines={3}
            value={reason}
            onChange={setReason}
            isRequired
            error={faults[0]?.sentence ?? fields["reason"]}
          />
        </div>
      ) : null}
      <div className="mt-4 flex flex-wrap gap-3">
        <Button type="submit" look={GRAVE.has(move) ? "grave" : "primary"} isPending={decision.isPending}>
          {t(`${move}.button`, { doors: doors(agreement) })}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("keep")}
        </Button>
      </div>
    </form>
  );
};
