"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { queries } from "#lib/client/queries.ts";
import type { AgencySummary } from "#lib/contracts/directory.ts";
import { Choices, ManyChoices, TextInput } from "../ui/field.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { Mono } from "../ui/page.tsx";
import { useLocalName } from "../ui/when.tsx";
import type { Draft } from "./draft.ts";

export type StepProps = {
  readonly draft: Draft;
  readonly change: (more: Partial<Draft>) => void;
  readonly errorOf: (field: keyof Draft) => string | undefined;
  readonly home: string;
};

/** Whom to ask: agencies that are active, with a server, and not already trusted or asked. */
export const canBeAsked = ({ state, connected, relation }: AgencySummary): boolean =>
  state === "active" && connected && relation === "none";

export const PartnerStep = ({ draft, change, errorOf }: StepProps) => {
  const t = useTranslations("request");
  const nameOf = useLocalName();
  const [search, setSearch] = useState("");
  const query = useInfiniteQuery(queries.agencies({ relation: "none", state: "active", q: search.trim(), limit: 50 }));
  return (
    <div className="space-y-5">
      <TextInput name="search" type="search" label={t("partnerSearch")} value={search} onChange={setSearch} narrow />
      <Loaded query={query}>
        {({ pages }) => {
          const able = pages.flatMap(({ items }) => items).filter(canBeAsked);
          return (
            <>
              <Choices
                name="partner"
                label={t("partner.question")}
                hint={able.length === 0 ? t("nobodyToAsk") : t("partner.hint")}
                error={errorOf("partner")}
                value={draft.partner}
                onChange={(partner) => change({ partner, partnerServers: undefined })}
                options={able.map(({ id, name, identifier, homeservers }) => ({
                  value: id,
                  label: nameOf(name),
                  hint: (
                    <>
                      {identifier} · <Mono>{homeservers.map(({ serverName }) => serverName).join(", ")}</Mono>
                    </>
                  ),
                }))}
              />
              <More query={query} />
              {draft.partner === "" || able.length < 2 ? null : (
                <ManyChoices
                  name="also"
                  label={t("also.label")}
                  hint={t("also.hint")}
                  value={draft.also}
                  onChange={(also) => change({ also })}
                  options={able
                    .filter(({ id }) => id !== draft.partner)
                    .map(({ id, name }) => ({ value: id, label: nameOf(name) }))}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </div>
  );
};

export const PurposeStep = ({ draft, change, errorOf }: StepProps) => {
  const t = useTranslations("request");
  return (
    <div className="space-y-5">
      <TextInput
        name="purpose"
        label={t("purpose.label")}
        hint={t("purpose.hint")}
        value={draft.purpose}
        onChange={(purpose) => change({ purpose })}
        error={errorOf("purpose")}
        lines={3}
        isRequired
      />
      <TextInput
        name="legalBasis"
        label={t("legalBasis.label")}
        hint={t("legalBasis.hint")}
        value={draft.legalBasis}
        onChange={(legalBasis) => change({ legalBasis })}
        error={errorOf("legalBasis")}
      />
    </div>
  );
};

const ServersOf = ({
  agency,
  field,
  chosen,
  onChange,
  error,
}: {
  readonly agency: string;
  readonly field: "homeServers" | "partnerServers";
  readonly chosen: readonly string[] | undefined;
  readonly onChange: (ids: readonly string[]) => void;
  readonly error: string | undefined;
}) => {
  const t = useTranslations("request");
  const platform = useTranslations("platform");
  const nameOf = useLocalName();
  const query = useQuery(queries.agency(agency));
  return (
    <Loaded query={query}>
      {({ name, homeservers }) => (
        <ManyChoices
          name={field}
          label={t("serversOf", { agency: nameOf(name) })}
          hint={t("servers.hint")}
          error={error}
          value={chosen ?? homeservers.map(({ id }) => id)}
          onChange={onChange}
          options={homeservers.map((server) => ({
            value: server.id,
            label: server.serverName,
            hint: platform(server.platform),
          }))}
        />
      )}
    </Loaded>
  );
};

export const ServersStep = ({ draft, change, errorOf, home }: StepProps) => (
  <div className="space-y-6">
    <ServersOf
      agency={home}
      field="homeServers"
      chosen={draft.homeServers}
      onChange={(homeServers) => change({ homeServers })}
      error={errorOf("homeServers")}
    />
    <ServersOf
      agency={draft.partner}
      field="partnerServers"
      chosen={draft.partnerServers}
      onChange={(partnerServers) => change({ partnerServers })}
      error={errorOf("partnerServers")}
    />
  </div>
);

export const DatesStep = ({ draft, change, errorOf }: StepProps) => {
  const t = useTranslations("request");
  return (
    <div className="space-y-5">
      <TextInput
        name="start"
        type="date"
        label={t("start.label")}
        hint={t("start.hint")}
        value={draft.start}
        onChange={(start) => change({ start })}
        error={errorOf("start")}
        narrow
      />
      <TextInput
        name="startTime"
        label={t("startTime.label")}
        hint={t("startTime.hint")}
        value={draft.startTime}
        onChange={(startTime) => change({ startTime })}
        error={errorOf("startTime")}
        narrow
      />
      <ManyChoices
        name="trial"
        label={t("trial.label")}
        value={draft.trial ? ["trial"] : []}
        onChange={(chosen) => change({ trial: chosen.length > 0 })}
        options={[{ value: "trial", label: t("trial.option") }]}
      />
      <TextInput
        name="end"
        type="date"
        label={t("end.label")}
        hint={t("end.hint")}
        value={draft.end}
        onChange={(end) => change({ end })}
        error={errorOf("end")}
        narrow
      />
    </div>
  );
};
