"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { InviteOperator } from "../people/invitations.tsx";
import { StatusPhrase } from "../trust/status-phrase.tsx";
import { Button, ButtonLink, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, Notice, PageHead, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { Configuration } from "./configuration.tsx";
import { Conformance } from "./conformance.tsx";
import { Country } from "./country.tsx";
import { Discovery } from "./discovery.tsx";
import { Drift } from "./drift.tsx";
import { EditServerForm } from "./edit-form.tsx";
import { Enforcement } from "./enforcement.tsx";
import { ListHistory } from "./history.tsx";
import { Hold } from "./hold.tsx";
import { ListStations } from "./list-status.tsx";
import { IdentityMark, ModeMark } from "./marks.tsx";
import { NameProof } from "./name-proof.tsx";
import { Networks } from "./networks.tsx";
import { OnStale } from "./on-stale.tsx";
import { RollBack } from "./roll-back.tsx";
import { Surroundings } from "./surroundings.tsx";

const useServerActs = (server: HomeserverView) => {
  const t = useTranslations("server");
  const client = useQueryClient();
  const say = useSay();
  const keep = (view: HomeserverView): void => {
    client.setQueryData(queries.homeserver(server.id).queryKey, view);
    void client.invalidateQueries({ queryKey: ["homeserver", server.id] });
  };
  const look = useMutation({
    mutationFn: () => acts.look(server.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["homeserver", server.id] });
      say(t("looking"));
    },
  });
  const mode = useMutation({
    mutationFn: (next: HomeserverView["mode"]) => acts.setMode(server.id, { mode: next }, server.version),
    onSuccess: (view) => {
      keep(view);
      say(t(`modeDone.${view.mode}`));
    },
  });
  return { look, mode };
};

/** What switching the mode does, on the page itself, before it is done. */
const ModeForm = ({
  server,
  mode,
  onDone,
}: {
  readonly server: HomeserverView;
  readonly mode: ReturnType<typeof useServerActs>["mode"];
  readonly onDone: () => void;
}) => {
  const t = useTranslations("server");
  const next = server.mode === "observe" ? "enforce" : "observe";
  return (
    <div className="no-print mt-5 rounded border border-edge bg-card px-5 py-4">
      <h2 className="text-base">{t(`modeTitle.${next}`)}</h2>
      <p className="mt-1 max-w-[72ch]">{t(`modeMeans.${next}`, { server: server.serverName })}</p>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button
          look={next === "enforce" ? "primary" : "grave"}
          isPending={mode.isPending}
          onPress={() => mode.mutate(next, { onSuccess: onDone })}
        >
          {t(`modeButton.${next}`, { server: server.serverName })}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </div>
  );
};

const Identity = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("server");
  const platform = useTranslations("platform");
  const country = useTranslations("country");
  const nameOf = useLocalName();
  const { override, operator } = server;
  return (
    <Facts
      facts={[
        [t("platform"), platform(server.platform)],
        [
          t("serves"),
          server.agencies.map(({ id, name }) => (
            <span key={id} className="mr-3">
              <TextLink href={`/agencies/${id}`}>{nameOf(name)}</TextLink>
            </span>
          )),
        ],
        [
          t("operator"),
          operator === null ? (
            t("ownOperation")
          ) : (
            <div key="operator" className="flex flex-col items-start gap-2">
              {operator.name}
              <InviteOperator operator={operator} />
            </div>
          ),
        ],
        [t("managementUrl"), server.managementUrl === null ? null : <Mono key="url">{server.managementUrl}</Mono>],
        [country("title"), <Country key="country" server={server} />],
        [t("mode"), <ModeMark key="mode" mode={server.mode} />],
        [t("identity"), <IdentityMark key="identity" state={server.identityState} />],
        [
          t("override"),
          override === null ? null : (
            <span key="override">
              <Mono>
                {override.host}:{override.port}
              </Mono>{" "}
              {override.hasCa ? t("ownCa") : ""}
            </span>
          ),
        ],
      ]}
    />
  );
};

const Keys = ({ keys }: Pick<HomeserverView, "keys">) => {
  const t = useTranslations("server");
  if (keys.length === 0) return <p className="text-quiet">{t("noKeys")}</p>;
  return (
    <ul className="space-y-2">
      {keys.map((key) => (
        <li key={key.keyId}>
          <Mono>{key.keyId}</Mono>
          <span className="block">
            <Mono>{key.fingerprint}</Mono>
          </span>
          <span className="block text-xs text-quiet">
            {key.pinnedAt === null ? t("notPinned") : t.rich("pinned", { at: () => <When at={key.pinnedAt ?? 0} /> })}
            {key.supersededAt === null ? null : <> · {t("superseded")}</>}
          </span>
        </li>
      ))}
    </ul>
  );
};

const Warnings = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("server");
  const limits = useTranslations("limits");
  return (
    <>
      {server.identityState === "changed" ? <Notice tone="stop">{t("identityChanged")}</Notice> : null}
      {server.override === null ? null : <Notice>{t("overrideNote")}</Notice>}
      {server.openChanges.map((id) => (
        <Notice key={id} tone="act">
          {t("openChange")} <TextLink href={`/changes/${id}`}>{t("reviewChange")}</TextLink>
        </Notice>
      ))}
      {server.limits.length === 0 ? null : (
        <Notice title={t("limits")}>{server.limits.map((limit) => limits(limit)).join(" ")}</Notice>
      )}
    </>
  );
};

/** How the portal drives the server, and what its operator pastes there. */
const Driving = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("server");
  const proof = useTranslations("nameProof");
  return (
    <>
      {server.allowed.includes("look") ? (
        <Section title={proof("title")}>
          <NameProof id={server.id} />
        </Section>
      ) : null}
      {server.allowed.includes("look") ? <Enforcement id={server.id} title={t("enforcement")} /> : null}
      <Section title={t("conformance")}>
        <Conformance id={server.id} />
      </Section>
      {server.allowed.includes("read_neighbours") ? <Surroundings id={server.id} /> : null}
      <Section title={t("networks")}>
        <Networks id={server.id} />
      </Section>
      {server.allowed.includes("configure") ? (
        <Section title={t("configuration")}>
          <Configuration id={server.id} />
        </Section>
      ) : null}
    </>
  );
};

type Acts = {
  readonly server: HomeserverView;
  readonly look: ReturnType<typeof useServerActs>["look"];
  readonly onMode: () => void;
  readonly onEdit: () => void;
};

const HeadActs = ({ server, look, onMode, onEdit }: Acts) => {
  const t = useTranslations("server");
  const diagnose = useTranslations("diagnose");
  const may = (act: HomeserverView["allowed"][number]): boolean => server.allowed.includes(act);
  return (
    <>
      {may("set_mode") ? (
        <Button look={server.mode === "observe" ? "primary" : "plain"} onPress={onMode}>
          {t(server.mode === "observe" ? "toEnforce" : "toObserve")}
        </Button>
      ) : null}
      {may("update") ? <Button onPress={onEdit}>{t("edit")}</Button> : null}
      <ButtonLink href={`/diagnose?to=${server.id}`}>{diagnose("open")}</ButtonLink>
      {may("look") ? (
        <Button isPending={look.isPending} onPress={() => look.mutate()}>
          {t("look")}
        </Button>
      ) : null}
    </>
  );
};

const AboutAndList = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("server");
  return (
    <div className="grid gap-x-7 lg:grid-cols-2">
      <Section title={t("about")}>
        <Identity server={server} />
      </Section>
      <Section title={t("list")}>
        <ListStations list={server.list} onStale={server.onStale} />
        {server.list === null ? null : <OnStale server={server} />}
      </Section>
    </div>
  );
};

const Body = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("server");
  const sentence = useTranslations("statusSentence");
  const { look, mode } = useServerActs(server);
  const [switching, setSwitching] = useState(false);
  const [editing, setEditing] = useState(false);
  const readsNames = server.allowed.includes("read_names");
  return (
    <>
      <PageHead
        title={server.serverName}
        answer={sentence(server.status)}
        trail={{ href: "/servers", label: t("servers"), here: server.serverName }}
        acts={
          <HeadActs server={server} look={look} onMode={() => setSwitching(true)} onEdit={() => setEditing(true)} />
        }
      />
      <p className="mt-3" aria-live="polite">
        <StatusPhrase phrase={server.status} large />
      </p>
      <Refused error={look.error ?? mode.error} />
      {switching ? <ModeForm server={server} mode={mode} onDone={() => setSwitching(false)} /> : null}
      {editing ? <EditServerForm server={server} onDone={() => setEditing(false)} /> : null}
      <Warnings server={server} />
      {readsNames ? <Hold id={server.id} /> : null}
      <AboutAndList server={server} />
      {readsNames ? <Drift id={server.id} /> : null}
      <Section title={t("discovery")} note={t("discoveryNote")}>
        <Discovery steps={server.discovery} />
      </Section>
      <Section title={t("keys")}>
        <Keys keys={server.keys} />
      </Section>
      <Driving server={server} />
      {server.list === null || !readsNames ? null : (
        <Section title={t("history")}>
          <RollBack id={server.id} />
          <ListHistory id={server.id} />
        </Section>
      )}
    </>
  );
};

export const Homeserver = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.homeserver(id));
  return <Loaded query={query}>{(server) => <Body server={server} />}</Loaded>;
};
