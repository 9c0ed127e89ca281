"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { BarredList } from "#lib/contracts/rules.ts";
import { IDENTIFIER_SCHEMES } from "#lib/domain/identifier.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, Rows, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault, Refused, useFieldErrors } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";

const NAME = "server_name";
type Draft = { readonly kind: string; readonly value: string; readonly reason: string };

const useAdd = (onDone: () => void) => {
  const t = useTranslations("barred");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: ({ kind, value, reason }: Draft) => {
      const scheme = IDENTIFIER_SCHEMES.find((each) => each === kind);
      return acts.addBarred(
        scheme === undefined
          ? { kind: NAME, serverName: value, reason }
          : { kind: "identifier", identifier: { scheme, value }, reason },
      );
    },
    onSuccess: (view) => {
      client.setQueryData(queries.barred().queryKey, view);
      say(t("added"));
      onDone();
    },
  });
};

const Add = ({ onDone }: { readonly onDone: () => void }) => {
  const t = useTranslations("barred");
  const scheme = useTranslations("scheme");
  const [draft, setDraft] = useState<Draft>({ kind: "orgnr", value: "", reason: "" });
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const add = useAdd(onDone);
  const fields = useFieldErrors(add.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const empty = (["value", "reason"] as const).filter((field) => draft[field].trim() === "");
    setFaults(empty.map((field) => ({ field: `barred-${field}`, sentence: t(`missing.${field}`) })));
    if (empty.length === 0) add.mutate(draft);
  };
  const errorOf = (field: string) => faults.find((fault) => fault.field === field)?.sentence;
  return (
    <form onSubmit={submit} noValidate className="mb-5 space-y-5 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={add.error} />
      <SelectInput
        name="barred-kind"
        label={t("what")}
        value={draft.kind}
        onChange={(kind) => change({ kind })}
        options={[
          ...IDENTIFIER_SCHEMES.map((value) => ({ value, label: scheme(value) })),
          { value: NAME, label: t("serverName") },
        ]}
      />
      <TextInput
        name="barred-value"
        label={t("value")}
        hint={draft.kind === NAME ? t("serverNameHint") : undefined}
        value={draft.value}
        onChange={(value) => change({ value })}
        error={errorOf("barred-value") ?? fields["identifier.value"] ?? fields["serverName"]}
        mono
        isRequired
      />
      <TextInput
        name="barred-reason"
        label={t("reason")}
        hint={t("reasonHint")}
        value={draft.reason}
        onChange={(reason) => change({ reason })}
        error={errorOf("barred-reason")}
        lines={2}
        isRequired
      />
      <div className="flex gap-3">
        <Button type="submit" look="primary" isPending={add.isPending}>
          {t("add")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Row = ({ bar }: { readonly bar: BarredList["items"][number] }) => {
  const t = useTranslations("barred");
  const client = useQueryClient();
  const lift = useMutation({
    mutationFn: () => acts.liftBarred(bar.id),
    onSuccess: (view) => client.setQueryData(queries.barred().queryKey, view),
  });
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1.5 px-4 py-3">
      <div className="min-w-0 flex-1 basis-80">
        <p>
          <Mono>{bar.value}</Mono> {bar.kind === NAME ? t("andBelow") : null}
        </p>
        <p>{bar.reason}</p>
        <p className="text-sm text-quiet">
          {t("by", { name: bar.by.name ?? t("somebody") })} <When at={bar.at} />
        </p>
        <Refused error={lift.error} />
      </div>
      <Button
        look="grave"
        isPending={lift.isPending}
        onPress={() => lift.mutate()}
        aria-label={t("liftName", { what: bar.value })}
      >
        {t("lift")}
      </Button>
    </li>
  );
};

/** Who may be neither registered nor agreed with, and why: the coordinator's list. */
export const Barred = () => {
  const t = useTranslations("barred");
  const [adding, setAdding] = useState(false);
  const query = useQuery(queries.barred());
  const open = adding ? undefined : (
    <Button look="quiet" onPress={() => setAdding(true)}>
      {t("open")}
    </Button>
  );
  return (
    <Section title={t("title")} note={t("note")} acts={open}>
      {adding ? <Add onDone={() => setAdding(false)} /> : null}
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            <Rows label={t("title")}>
              {items.map((bar) => (
                <Row key={bar.id} bar={bar} />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
};
