"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import type { PersonView } from "#lib/contracts/people.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

type Panel = { readonly person: PersonView; readonly onDone: () => void };

/** An act on a person, and everything of theirs asked for anew. */
export const usePersonAct = <Input,>(
  act: (input: Input) => Promise<unknown>,
  done: string | ((answer: unknown) => string),
  onDone: () => void,
) => {
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      for (const topic of ["people", "changes", "session"]) void client.invalidateQueries({ queryKey: [topic] });
      say(typeof done === "string" ? done : done(answer));
      onDone();
    },
  });
};

/** What the act does, on the page itself, before it is done. */
const Confirm = ({
  means,
  children,
  error,
  button,
  isPending,
  onAct,
  onDone,
}: {
  readonly means: ReactNode;
  readonly children?: ReactNode;
  readonly error: unknown;
  readonly button: string;
  readonly isPending: boolean;
  readonly onAct: () => void;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("people");
  return (
    <div className="w-full space-y-3 border-t border-line pt-3 pb-1">
      <div className="max-w-[72ch] space-y-2">{means}</div>
      <Refused error={error} />
      {children}
      <div className="flex flex-wrap gap-3">
        <Button look="grave" isPending={isPending} onPress={onAct}>
          {button}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
};

/** Shuts a person out, with an optional reason. */
export const Disable = ({ person, onDone }: Panel) => {
  const t = useTranslations("people");
  const name = person.name ?? t("erased");
  const [reason, setReason] = useState("");
  const disable = usePersonAct(
    () => acts.disablePerson(person.id, reason.trim() === "" ? undefined : reason),
    t("disabled", { name }),
    onDone,
  );
  return (
    <Confirm
      means={<p>{t("disableMeans", { name })}</p>}
      error={disable.error}
      button={t("disableNow")}
      isPending={disable.isPending}
      onAct={() => disable.mutate(undefined)}
      onDone={onDone}
    >
      <TextInput name={`reason-${person.id}`} label={t("reason")} value={reason} onChange={setReason} />
    </Confirm>
  );
};

/** Erases who a person was: says what goes, what stays, and that it cannot be undone. */
export const Erase = ({ person, onDone }: Panel) => {
  const t = useTranslations("people");
  const name = person.name ?? t("erased");
  const erase = usePersonAct(() => acts.erasePerson(person.id), t("wasErased"), onDone);
  return (
    <Confirm
      means={
        <>
          <p className="font-semibold">{t("eraseTitle", { name })}</p>
          <p>{t("eraseGoes")}</p>
          <p>{t("eraseStays")}</p>
        </>
      }
      error={erase.error}
      button={t("eraseNow", { name })}
      isPending={erase.isPending}
      onAct={() => erase.mutate(undefined)}
      onDone={onDone}
    />
  );
};

/** Ends one of a person's roles. */
export const EndRole = ({
  person,
  membership,
  role,
  onDone,
}: Panel & { readonly membership: string; readonly role: string }) => {
  const t = useTranslations("people");
  const outcome = (answer: unknown): string => {
    const waits =
      typeof answer === "object" && answer !== null && "state" in answer && answer.state === "awaiting_approver";
    return t(waits ? "roleAwaits" : "roleEnded");
  };
  const end = usePersonAct(() => acts.endMembership(membership), outcome, onDone);
  return (
    <Confirm
      means={<p>{t("endMeans", { name: person.name ?? t("erased"), role })}</p>}
      error={end.error}
      button={t("endNow")}
      isPending={end.isPending}
      onAct={() => end.mutate(undefined)}
      onDone={onDone}
    />
  );
};
