"use client";

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { BridgeView, EnforcementView } from "#lib/contracts/enforcement.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { Facts, Mono, Notice } from "../ui/page.tsx";
import { SelectInput } from "../ui/select.tsx";
import { When } from "../ui/when.tsx";
import { Frame } from "./enforcement-forms.tsx";

const NONE = "none";

const ChooseBehind = ({
  id,
  bridge,
  onDone,
  keep,
}: {
  readonly id: string;
  readonly bridge: BridgeView;
  readonly onDone: () => void;
  readonly keep: (view: EnforcementView) => void;
}) => {
  const t = useTranslations("bridge");
  const [behind, setBehind] = useState(bridge.behind?.id ?? NONE);
  const servers = useInfiniteQuery(queries.homeservers({ limit: 200 }));
  const items = servers.data?.pages.flatMap((page) => page.items) ?? [];
  const own = items.find((server) => server.id === id)?.agencies.map((agency) => agency.id) ?? [];
  const fitting = items.filter(
    ({ platform, agencies }) => platform !== "mattermost" && agencies.some((agency) => own.includes(agency.id)),
  );
  const name = useMutation({
    mutationFn: () => acts.setBridge(id, { behind: behind === NONE ? null : behind }),
    onSuccess: (view) => {
      keep(view);
      onDone();
    },
  });
  return (
    <Frame
      means={t("chooseMeans")}
      error={name.error}
      act={t("chooseNow")}
      pending={name.isPending}
      onSubmit={() => name.mutate()}
      onDone={onDone}
    >
      <SelectInput
        name="behind"
        label={t("behind")}
        value={behind}
        onChange={setBehind}
        options={[
          { value: NONE, label: t("none") },
          ...fitting.map(({ id: value, serverName }) => ({ value, label: serverName })),
        ]}
      />
    </Frame>
  );
};

const Seen = ({ bridge }: { readonly bridge: BridgeView }) => {
  const t = useTranslations("bridge");
  const { behind, version, bridge: state, sync, server, address, at } = bridge;
  return (
    <Facts
      facts={[
        [
          t("behind"),
          behind === null ? (
            t("noBehind")
          ) : (
            <TextLink key="behind" href={`/servers/${behind.id}`}>
              {behind.serverName}
            </TextLink>
          ),
        ],
        [t("version"), version],
        [t("bridge"), state === null ? null : `${t(`state.${state}`)}${sync === false ? `; ${t("noSync")}` : ""}`],
        [
          t("server"),
          server === null ? address === null ? null : t("unknownServer", { address }) : <Mono key="s">{server}</Mono>,
        ],
        [t("at"), at === null ? null : <When key="at" at={at} />],
      ]}
    />
  );
};

/** A Mattermost: which homeserver holds the door for it, and what was seen of the bridge between them. */
export const Bridge = ({
  id,
  view,
  keep,
}: {
  readonly id: string;
  readonly view: EnforcementView;
  readonly keep: (view: EnforcementView) => void;
}) => {
  const t = useTranslations("bridge");
  const [open, setOpen] = useState(false);
  const { bridge } = view;
  if (bridge === null) return null;
  return (
    <>
      <Notice tone="act">{t("means")}</Notice>
      {bridge.agrees === false ? <Notice tone="stop">{t("disagrees")}</Notice> : null}
      <div className="mt-4">
        <Seen bridge={bridge} />
      </div>
      {open ? <ChooseBehind id={id} bridge={bridge} onDone={() => setOpen(false)} keep={keep} /> : null}
      {!open && view.kind === "mattermost" && view.allowed.includes("choose") ? (
        <div className="no-print mt-4">
          <Button onPress={() => setOpen(true)}>{t("choose")}</Button>
        </div>
      ) : null}
    </>
  );
};
