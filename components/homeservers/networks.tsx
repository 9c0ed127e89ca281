"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { NetworksView } from "#lib/contracts/networks.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";

type Draft = { readonly egress: string; readonly ingress: string };
const HTTPS = 443;

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const draftOf = ({ egress, ingress }: NetworksView): Draft => ({
  egress: egress.join("\n"),
  ingress: ingress.map(({ network, port }) => `${network} ${port}`).join("\n"),
});
const bodyOf = ({ egress, ingress }: Draft) => ({
  egress: [...linesOf(egress)],
  ingress: linesOf(ingress).map((line) => {
    const [network = "", port = String(HTTPS)] = line.split(/\s+/);
    return { network, port: Number(port) };
  }),
});

const NetworksForm = ({
  id,
  view,
  onDone,
}: {
  readonly id: string;
  readonly view: NetworksView;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("networks");
  const client = useQueryClient();
  const say = useSay();
  const [draft, setDraft] = useState(draftOf(view));
  const save = useMutation({
    mutationFn: () => acts.setNetworks(id, bodyOf(draft), view.version),
    onSuccess: (saved) => {
      client.setQueryData(queries.networks(id).queryKey, saved);
      for (const topic of ["homeserver", "agreement", "inbox"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t("saved"));
      onDone();
    },
  });
  const errors = useFieldErrors(save.error);
  const errorIn = (field: keyof Draft): string | undefined =>
    Object.entries(errors).find(([path]) => path === field || path.startsWith(`${field}.`))?.[1];
  const faults = (["egress", "ingress"] as const).flatMap((field) => {
    const sentence = errorIn(field);
    return sentence === undefined ? [] : [{ field, sentence }];
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="no-print mt-4 space-y-5">
      <ErrorSummary faults={faults} error={save.error} />
      {(["egress", "ingress"] as const).map((field) => (
        <TextInput
          key={field}
          name={field}
          label={t(field)}
          hint={t(`${field}Hint`)}
          lines={4}
          value={draft[field]}
          error={errorIn(field)}
          onChange={(value) => setDraft({ ...draft, [field]: value })}
        />
      ))}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" look="primary" isPending={save.isPending}>
          {t("save")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Listed = ({ values }: { readonly values: readonly string[] }) =>
  values.map((value) => (
    <span key={value} className="block">
      <Mono>{value}</Mono>
    </span>
  ));

/** From which networks a homeserver comes and where it is reached: what its partners' firewalls are opened for. */
export const Networks = ({ id }: { readonly id: string }) => {
  const t = useTranslations("networks");
  const [changing, setChanging] = useState(false);
  return (
    <Loaded query={useQuery(queries.networks(id))}>
      {(view) => (
        <>
          <p className="max-w-[72ch] text-quiet">{t("means")}</p>
          <Facts
            facts={[
              [t("egress"), view.egress.length === 0 ? t("none") : <Listed key="egress" values={view.egress} />],
              [
                t("ingress"),
                view.ingress.length === 0 ? (
                  t("none")
                ) : (
                  <Listed key="ingress" values={view.ingress.map(({ network, port }) => `${network} ${port}`)} />
                ),
              ],
              [t("changed"), view.changedAt === null ? null : <When key="changed" at={view.changedAt} />],
            ]}
          />
          {changing ? <NetworksForm id={id} view={view} onDone={() => setChanging(false)} /> : null}
          {view.mayChange && !changing ? (
            <div className="no-print mt-3">
              <Button onPress={() => setChanging(true)}>{t("change")}</Button>
            </div>
          ) : null}
        </>
      )}
    </Loaded>
  );
};
