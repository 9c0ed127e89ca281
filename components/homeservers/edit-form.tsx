"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { HomeserverView, UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import { Button } from "../ui/button.tsx";
import { Choices, TextInput } from "../ui/field.tsx";
import { Notice } from "../ui/page.tsx";
import { ErrorSummary, type Fault, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { CountryInput } from "./country.tsx";

type Reached = "found" | "kept" | "set";
type Draft = {
  readonly serverName: string;
  readonly managementUrl: string;
  readonly reached: Reached;
  readonly host: string;
  readonly port: string;
  readonly ca: string;
  readonly country: string;
};

const draftOf = ({ serverName, managementUrl, override, country }: HomeserverView): Draft => ({
  serverName,
  managementUrl: managementUrl ?? "",
  reached: override === null ? "found" : "kept",
  host: override?.host ?? "",
  port: String(override?.port ?? 8448),
  ca: "",
  country: country ?? "",
});

const overrideIn = (server: HomeserverView, draft: Draft): Pick<z.input<typeof UpdateHomeserver>, "override"> => {
  if (draft.reached === "set")
    return {
      override: { host: draft.host, port: Number(draft.port), ca: draft.ca.trim() === "" ? null : draft.ca.trim() },
    };
  return draft.reached === "found" && server.override !== null ? { override: null } : {};
};

const changesIn = (server: HomeserverView, draft: Draft): z.input<typeof UpdateHomeserver> => ({
  ...(draft.serverName.trim() === server.serverName ? {} : { serverName: draft.serverName }),
  ...(draft.managementUrl.trim() === (server.managementUrl ?? "")
    ? {}
    : { managementUrl: draft.managementUrl.trim() === "" ? null : draft.managementUrl.trim() }),
  ...overrideIn(server, draft),
  ...(draft.country === (server.country ?? "") ? {} : { country: draft.country === "" ? null : draft.country }),
});

const useSave = (server: HomeserverView, onDone: () => void) => {
  const t = useTranslations("editServer");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (draft: Draft) => acts.updateHomeserver(server.id, changesIn(server, draft), server.version),
    onSuccess: ({ homeserver, proposed }) => {
      client.setQueryData(queries.homeserver(server.id).queryKey, homeserver);
      for (const topic of ["homeservers", "agency", "changes"]) void client.invalidateQueries({ queryKey: [topic] });
      say(proposed.length === 0 ? t("saved") : t("proposed", { count: proposed.length }));
      onDone();
    },
  });
};

type Part = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly errors: Readonly<Record<string, string>>;
};

const Address = ({ server, draft, change, errors }: Part & { readonly server: HomeserverView }) => {
  const t = useTranslations("editServer");
  const { override } = server;
  return (
    <>
      <Choices
        name="reached"
        label={t("reached")}
        value={draft.reached}
        onChange={(value) => change({ reached: value === "set" || value === "kept" ? value : "found" })}
        options={[
          { value: "found", label: t("byMatrix") },
          ...(override === null
            ? []
            : [{ value: "kept", label: t("kept", { address: `${override.host}:${override.port}` }) }]),
          { value: "set", label: t("byHand"), hint: t("byHandHint") },
        ]}
      />
      {draft.reached === "set" ? (
        <div className="space-y-5 border-l-2 border-edge pl-4">
          <TextInput
            name="host"
            label={t("host")}
            value={draft.host}
            onChange={(host) => change({ host })}
            error={errors["override.host"]}
            mono
            narrow
            isRequired
          />
          <TextInput
            name="port"
            type="number"
            label={t("port")}
            value={draft.port}
            onChange={(port) => change({ port })}
            error={errors["override.port"]}
            narrow
            isRequired
          />
          <TextInput
            name="ca"
            label={t("ca")}
            hint={t("caHint")}
            lines={5}
            value={draft.ca}
            onChange={(ca) => change({ ca })}
            error={errors["override.ca"]}
          />
        </div>
      ) : null}
    </>
  );
};

const Management = ({ draft, change, errors }: Part) => {
  const t = useTranslations("editServer");
  return (
    <TextInput
      name="managementUrl"
      type="url"
      label={t("managementUrl")}
      hint={t("managementUrlHint")}
      value={draft.managementUrl}
      onChange={(managementUrl) => change({ managementUrl })}
      error={errors["managementUrl"]}
    />
  );
};

/** Changes a server; its name and address become proposals where partners rely on them. */
export const EditServerForm = ({
  server,
  onDone,
}: {
  readonly server: HomeserverView;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("editServer");
  const [draft, setDraft] = useState(() => draftOf(server));
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const save = useSave(server, onDone);
  const errors = useFieldErrors(save.error);
  const change = (more: Partial<Draft>): void => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = draft.reached === "set" && draft.host.trim() === "";
    setFaults(missing ? [{ field: "host", sentence: t("hostMissing") }] : []);
    if (missing) return;
    if (Object.keys(changesIn(server, draft)).length === 0) onDone();
    else save.mutate(draft);
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label={t("title")}
      className="no-print mt-5 space-y-5 rounded border border-edge bg-card px-5 py-4"
    >
      <h2 className="text-base">{t("title")}</h2>
      <Notice tone="act">{t("means")}</Notice>
      <ErrorSummary faults={faults} error={save.error} />
      <TextInput
        name="serverName"
        label={t("serverName")}
        hint={t("serverNameHint")}
        value={draft.serverName}
        onChange={(serverName) => change({ serverName })}
        error={errors["serverName"]}
        mono
        narrow
        isRequired
      />
      <Address server={server} draft={draft} change={change} errors={errors} />
      <Management draft={draft} change={change} errors={errors} />
      <CountryInput value={draft.country} onChange={(country) => change({ country })} />
      <div className="flex gap-3">
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
