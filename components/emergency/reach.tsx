"use client";

import { useTranslations } from "next-intl";
import type { ReachView, StoppedServerView } from "#lib/contracts/emergency.ts";
import { EmptyState, Mono, Notice } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { When } from "../ui/when.tsx";

const Progress = ({ server }: { readonly server: StoppedServerView }) => {
  const t = useTranslations("emergency");
  const { progress, confirmedAt } = server;
  return (
    <span className={progress === "by_hand" ? "font-semibold text-stop" : undefined}>
      {t(`progress.${progress}`)}
      {progress === "shut" && confirmedAt !== null ? (
        <>
          {" "}
          <When at={confirmedAt} />
        </>
      ) : null}
    </span>
  );
};

/** What is to be done at a server that did not answer: its own operator shuts the names there. */
const ByHand = ({ reach }: { readonly reach: ReachView }) => {
  const t = useTranslations("emergency");
  const silent = reach.servers.filter(({ progress }) => progress === "by_hand");
  if (silent.length === 0) return null;
  return (
    <Notice tone="stop" title={t("byHandTitle")}>
      <ul className="mt-1.5 list-disc pl-5">
        {silent.map(({ homeserver, own }) => (
          <li key={homeserver.id}>
            <Mono>{homeserver.serverName}</Mono>:{" "}
            {own ? t("byHandOwn") : t("byHandOther", { names: reach.names.join(", ") })}
          </li>
        ))}
      </ul>
    </Notice>
  );
};

/** The servers that a stop concerns, each with how far it has come; before it begins, only what it would shut. */
export const Reach = ({ reach, begun }: { readonly reach: ReachView; readonly begun: boolean }) => {
  const t = useTranslations("emergency");
  if (reach.servers.length === 0) return <EmptyState>{t("reachesNothing")}</EmptyState>;
  return (
    <>
      <Table
        label={t("servers")}
        rows={reach.servers}
        rowKey={({ homeserver }) => homeserver.id}
        columns={[
          { key: "server", title: t("server"), cell: ({ homeserver }) => <Mono>{homeserver.serverName}</Mono> },
          {
            key: "shuts",
            title: t("shuts"),
            cell: ({ own, agreements }) => (own ? t("shutsAll") : t("agreements", { count: agreements })),
          },
          ...(begun
            ? [
                {
                  key: "progress",
                  title: t("now"),
                  cell: (server: StoppedServerView) => <Progress server={server} />,
                },
              ]
            : []),
        ]}
      />
      <ByHand reach={reach} />
    </>
  );
};
