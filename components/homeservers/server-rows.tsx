"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { HomeserverSummary } from "#lib/contracts/homeservers.ts";
import { StatusPhrase } from "../trust/status-phrase.tsx";
import { TextLink } from "../ui/button.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Mono } from "../ui/page.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { useLocalName } from "../ui/when.tsx";
import { IdentityMark, ModeMark } from "./marks.tsx";

const useColumns = (): readonly Column<HomeserverSummary>[] => {
  const t = useTranslations("servers");
  const platform = useTranslations("platform");
  const nameOf = useLocalName();
  return [
    {
      key: "name",
      title: t("server"),
      cell: ({ id, serverName }) => (
        <TextLink href={`/servers/${id}`} strong>
          <Mono>{serverName}</Mono>
        </TextLink>
      ),
    },
    { key: "status", title: t("status"), cell: ({ status }) => <StatusPhrase phrase={status} /> },
    { key: "mode", title: t("mode"), cell: ({ mode }) => <ModeMark mode={mode} /> },
    {
      key: "keys",
      title: t("keys"),
      cell: ({ identityState }) => <IdentityMark state={identityState} />,
      hideNarrow: true,
    },
    { key: "platform", title: t("platform"), cell: (server) => platform(server.platform), hideNarrow: true },
    {
      key: "conformance",
      title: t("conformance"),
      cell: ({ conformance }) =>
        conformance === null ? t("neverTried") : t("tried", { passed: conformance.passed, failed: conformance.failed }),
      hideNarrow: true,
    },
    {
      key: "agencies",
      title: t("agencies"),
      cell: ({ agencies }) => agencies.map(({ name }) => nameOf(name)).join(", "),
      hideNarrow: true,
    },
  ];
};

/** Homeservers, of one agency or by a search. */
export const ServerRows = ({ agency, q }: { readonly agency?: string; readonly q?: string | undefined }) => {
  const t = useTranslations("servers");
  const columns = useColumns();
  const query = useInfiniteQuery(queries.homeservers({ agency, q }));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const servers = pages.flatMap(({ items }) => items);
        return servers.length === 0 ? (
          <EmptyState>{t("empty")}</EmptyState>
        ) : (
          <>
            <Table label={t("title")} columns={columns} rows={servers} rowKey={({ id }) => id} />
            <More query={query} />
          </>
        );
      }}
    </Loaded>
  );
};
