"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { GroupList, GroupSummary } from "#lib/contracts/groups.ts";
import { ButtonLink, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, PageHead } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { lastMomentOf, When } from "../ui/when.tsx";

const List = ({ list }: { readonly list: GroupList }) => {
  const t = useTranslations("groups");
  const open = list.items.filter(({ state }) => state === "open").length;
  const draft =
    list.drafts.length === 0 ? null : (
      <ButtonLink look="primary" href="/circles/new">
        {t("draft")}
      </ButtonLink>
    );
  return (
    <>
      <PageHead title={t("title")} answer={t("answer", { count: open })} acts={draft} />
      <div className="mt-8">
        {list.items.length === 0 ? (
          <EmptyState>{t("empty")}</EmptyState>
        ) : (
          <Table<GroupSummary>
            label={t("title")}
            rows={list.items}
            rowKey={({ id }) => id}
            columns={[
              {
                key: "name",
                title: t("name"),
                cell: ({ id, name }) => <TextLink href={`/circles/${id}`}>{name}</TextLink>,
              },
              { key: "kind", title: t("kind"), cell: ({ kind }) => t(`kindOf.${kind}`) },
              { key: "state", title: t("state"), cell: ({ state }) => t(`stateOf.${state}`) },
              {
                key: "members",
                title: t("members"),
                cell: ({ members, consented }) => t("consentedOf", { consented, members }),
              },
              {
                key: "end",
                title: t("end"),
                hideNarrow: true,
                cell: ({ end }) => (end === null ? t("noEnd") : <When at={lastMomentOf(end)} day />),
              },
            ]}
          />
        )}
      </div>
    </>
  );
};

/** The circles and task forces of the reader's agencies. */
export const Groups = () => {
  const query = useQuery(queries.groups());
  return <Loaded query={query}>{(list) => <List list={list} />}</Loaded>;
};
