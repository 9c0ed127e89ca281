"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgentView, EnrolmentCode } from "#lib/contracts/agents.ts";
import type { EnforcementView } from "#lib/contracts/enforcement.ts";
import { ShownOnce } from "../people/shown-once.tsx";
import { Button } from "../ui/button.tsx";
import { Facts, Mono, Notice } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { When } from "../ui/when.tsx";

const Standing = ({ agent }: { readonly agent: AgentView }) => {
  const t = useTranslations("agent");
  const format = useFormatter();
  return (
    <>
      {agent.doubledAt === null ? null : (
        <Notice tone="stop" title={t("doubledTitle")}>
          {t("doubled")} <When at={agent.doubledAt} />
        </Notice>
      )}
      {agent.clockOff === null ? null : (
        <Notice tone="stop" title={t("clockTitle")}>
          {t("clock", { seconds: format.number(Math.round(agent.clockOff / 1000)) })}
        </Notice>
      )}
      {agent.silent ? (
        <Notice tone="stop" title={t("silentTitle")}>
          {t("silent")}
        </Notice>
      ) : null}
      <Facts
        facts={[
          [t("heard"), agent.heardAt === null ? t("notYet") : <When key="heard" at={agent.heardAt} />],
          [t("reported"), agent.version === null ? t("notYet") : t("version", { version: agent.version })],
          [t("program"), <Mono key="software">{agent.software}</Mono>],
          [t("key"), <Mono key="key">{agent.keyId}</Mono>],
          [t("enrolled"), <When key="enrolled" at={agent.enrolledAt} />],
        ]}
      />
    </>
  );
};

const Start = ({ made }: { readonly made: EnrolmentCode }) => {
  const t = useTranslations("agent");
  return (
    <>
      <p className="mt-3 max-w-[72ch]">{t("startMeans")}</p>
      <Facts
        facts={[
          [t("portal"), <Mono key="portal">{made.portal}</Mono>],
          [t("server"), <Mono key="server">{made.audience}</Mono>],
          [t("fingerprint"), <Mono key="print">{made.fingerprints.join(" ")}</Mono>],
          [t("until"), <When key="until" at={made.expiresAt} />],
        ]}
      />
      <p className="max-w-[72ch] text-quiet">{t("fingerprintMeans")}</p>
    </>
  );
};

/** The program that asks for the server's list: how it does, and the one-time code that lets a new one in. */
export const Agent = ({ id, view }: { readonly id: string; readonly view: EnforcementView }) => {
  const t = useTranslations("agent");
  const client = useQueryClient();
  const [made, setMade] = useState<EnrolmentCode | undefined>(undefined);
  const make = useMutation({
    mutationFn: () => acts.makeEnrolmentCode(id),
    gcTime: 0,
    onSuccess: (code) => {
      setMade(code);
      void client.invalidateQueries({ queryKey: queries.enforcement(id).queryKey });
    },
  });
  if (view.kind !== "agent") return null;
  return (
    <div className="mt-4">
      {view.agent === null ? <Notice tone="act">{t("none")}</Notice> : <Standing agent={view.agent} />}
      {view.point === null ? null : (
        <p className="mt-3 max-w-[72ch] text-quiet">
          {t("module")} <Mono>{view.point}</Mono>
        </p>
      )}
      {view.codeUntil !== null && made === undefined ? (
        <p>
          {t("codeWaits")} <When at={view.codeUntil} />
        </p>
      ) : null}
      {made === undefined ? null : (
        <>
          <ShownOnce label={t("code")} secret={made.code} onDone={() => setMade(undefined)} />
          <Start made={made} />
        </>
      )}
      <Refused error={make.error} />
      {view.allowed.includes("enrol") && made === undefined ? (
        <div className="no-print mt-4">
          <Button isPending={make.isPending} onPress={() => make.mutate()}>
            {t(view.agent === null ? "make" : "replace")}
          </Button>
        </div>
      ) : null}
    </div>
  );
};
