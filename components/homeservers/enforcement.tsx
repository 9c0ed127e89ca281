"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMessages, useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { CredentialView, EnforcementView } from "#lib/contracts/enforcement.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, Notice, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";
import { Agent } from "./agent.tsx";
import { Bridge } from "./bridge.tsx";
import { ChooseForm, GiveForm } from "./enforcement-forms.tsx";

/** What a test or a use came to, in a sentence that says what to do. */
const useOutcome = (): ((code: string) => string) => {
  const t = useTranslations("credentialCode");
  const known: Readonly<Record<string, unknown>> = useMessages()["credentialCode"];
  return (code) => {
    const text = code === "other" ? undefined : known[code];
    return typeof text === "string" ? text : t("other", { code });
  };
};

const useEnforcementActs = (id: string) => {
  const t = useTranslations("enforcement");
  const client = useQueryClient();
  const say = useSay();
  const keep = (sentence: string) => (view: EnforcementView) => {
    client.setQueryData(queries.enforcement(id).queryKey, view);
    void client.invalidateQueries({ queryKey: ["homeserver", id] });
    say(sentence);
  };
  const insist = useMutation({ mutationFn: () => acts.insistOnCredential(id), onSuccess: keep(t("chosen")) });
  const remove = useMutation({
    mutationFn: (credential: string) => acts.removeCredential(id, credential),
    onSuccess: keep(t("removed")),
  });
  return { insist, remove, keep };
};

const InUse = ({ active }: { readonly active: CredentialView }) => {
  const t = useTranslations("enforcement");
  const outcome = useOutcome();
  return (
    <>
      {t.rich("inUse", {
        fields: active.fields.join(", "),
        name: active.givenBy.name ?? t("someone"),
        at: () => <When at={active.activeSince ?? active.givenAt} />,
      })}
      {active.insisted ? <span className="block text-way">{t("insisted")}</span> : null}
      <span className="block text-quiet">
        {t("lastUsed")} {active.lastUsedAt === null ? t("never") : <When at={active.lastUsedAt} />}{" "}
        {active.lastUseCode === null ? null : outcome(active.lastUseCode)}
      </span>
    </>
  );
};

const credentialFact = (view: EnforcementView, none: string): ReactNode => {
  if (view.needs.length === 0) return null;
  return view.active === null ? none : <InUse active={view.active} />;
};

const Standing = ({ view }: { readonly view: EnforcementView }) => {
  const t = useTranslations("enforcement");
  const seen = useTranslations("enforcement.detectedKind");
  const known = ["synapse_module", "element_ess", "rocketchat", "neither"] as const;
  const detected = known.find((kind) => kind === view.detected);
  return (
    <Facts
      facts={[
        [t("interface"), t(`kind.${view.kind ?? "none"}`)],
        [
          t("baseUrl"),
          view.kind === "agent" ? (
            t("neverCalled")
          ) : view.baseUrl === null ? (
            t("byLookup")
          ) : (
            <Mono key="url">{view.baseUrl}</Mono>
          ),
        ],
        [
          t("detected"),
          detected === undefined ? null : (
            <span key="seen">
              {seen(detected)} {view.detectedAt === null ? null : <When at={view.detectedAt} />}
            </span>
          ),
        ],
        [t("credential"), credentialFact(view, t("noCredential"))],
      ]}
    />
  );
};

const Trial = ({
  candidate,
  children,
}: {
  readonly candidate: CredentialView | null;
  readonly children: ReactNode;
}) => {
  const t = useTranslations("enforcement");
  const outcome = useOutcome();
  if (candidate === null) return null;
  if (candidate.state === "testing") return <Notice tone="act">{t("testing")}</Notice>;
  return (
    <Notice tone="stop" title={t("failed")}>
      {outcome(candidate.testCode ?? "other")}
      {children}
    </Notice>
  );
};

const Notes = ({ view }: { readonly view: EnforcementView }) => {
  const t = useTranslations("enforcement");
  const changes = useTranslations("server");
  const called = view.kind !== "agent";
  const other = called && view.detected !== null && view.detected !== "neither" && view.detected !== view.kind;
  return (
    <>
      {view.proposed === null ? null : (
        <Notice tone="act">
          {t("proposed")} <TextLink href={`/changes/${view.proposed}`}>{changes("reviewChange")}</TextLink>
        </Notice>
      )}
      {other ? <Notice>{t("detectedOther")}</Notice> : null}
      {view.needs.length > 0 && !view.sealing ? <Notice>{t("noSealing")}</Notice> : null}
      {view.needs.length > 0 ? (
        <Notice tone="act" title={t("agentTitle")}>
          {t("agent")}
        </Notice>
      ) : null}
    </>
  );
};

type Open = "choose" | "give" | undefined;

const Body = ({ id, view }: { readonly id: string; readonly view: EnforcementView }) => {
  const t = useTranslations("enforcement");
  const bridge = useTranslations("bridge");
  const { insist, remove, keep } = useEnforcementActs(id);
  const [open, setOpen] = useState<Open>(undefined);
  const may = (act: EnforcementView["allowed"][number]): boolean => view.allowed.includes(act);
  const close = (): void => setOpen(undefined);
  const { active, candidate } = view;
  return (
    <div aria-live="polite">
      <Standing view={view} />
      <Agent id={id} view={view} />
      <Bridge id={id} view={view} keep={keep(bridge("done"))} />
      <Notes view={view} />
      <Trial candidate={candidate}>
        <span className="no-print mt-3 flex flex-wrap gap-3">
          {may("insist") ? (
            <Button isPending={insist.isPending} onPress={() => insist.mutate()}>
              {t("insist")}
            </Button>
          ) : null}
          {may("remove") && candidate !== null ? (
            <Button look="quiet" isPending={remove.isPending} onPress={() => remove.mutate(candidate.id)}>
              {t("removeTrial")}
            </Button>
          ) : null}
        </span>
      </Trial>
      <Refused error={insist.error ?? remove.error} />
      {open === "choose" ? <ChooseForm id={id} view={view} onDone={close} keep={keep(t("chosen"))} /> : null}
      {open === "give" ? <GiveForm id={id} needs={view.needs} onDone={close} keep={keep(t("given"))} /> : null}
      {open === undefined ? (
        <div className="no-print mt-4 flex flex-wrap gap-3">
          {may("give") ? (
            <Button onPress={() => setOpen("give")}>{t(active === null ? "give" : "rotate")}</Button>
          ) : null}
          {may("choose") && view.proposed === null ? (
            <Button look="quiet" onPress={() => setOpen("choose")}>
              {t("choose")}
            </Button>
          ) : null}
          {may("remove") && active !== null ? (
            <Button look="grave" isPending={remove.isPending} onPress={() => remove.mutate(active.id)}>
              {t("remove")}
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
};

/** By which interface the portal drives the server, and the state of the credential it needs for that; never its value. */
export const Enforcement = ({ id, title }: { readonly id: string; readonly title: string }) => {
  const query = useQuery(queries.enforcement(id));
  return (
    <Section title={title}>
      <Loaded query={query}>{(view) => <Body id={id} view={view} />}</Loaded>
    </Section>
  );
};
