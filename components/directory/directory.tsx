"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import { type AgencySummary, RELATIONS } from "#lib/contracts/directory.ts";
import { AGENCY_STATES, MEMBER_CLASSES } from "#lib/domain/directory.ts";
import { useMe } from "../shell/session.tsx";
import { ButtonLink, TextLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { useLocalName } from "../ui/when.tsx";
import { RelationPhrase } from "./relation.tsx";

const useColumns = (): readonly Column<AgencySummary>[] => {
  const t = useTranslations("directory");
  const memberClass = useTranslations("memberClass");
  const agencyState = useTranslations("agencyState");
  const nameOf = useLocalName();
  const { isCoordinator } = useMe();
  return [
    {
      key: "name",
      title: t("agency"),
      cell: ({ id, name }) => (
        <TextLink href={`/agencies/${id}`} strong>
          {nameOf(name)}
        </TextLink>
      ),
    },
    { key: "relation", title: t("relation"), cell: (agency) => <RelationPhrase agency={agency} /> },
    {
      key: "servers",
      title: t("server"),
      cell: ({ homeservers, connected }) =>
        connected ? (
          <Mono>{homeservers.map(({ serverName }) => serverName).join(", ")}</Mono>
        ) : (
          <span className="text-quiet">{t("notConnected")}</span>
        ),
    },
    { key: "identifier", title: t("identifier"), cell: ({ identifier }) => identifier, hideNarrow: true },
    { key: "class", title: t("memberClass"), cell: (agency) => memberClass(agency.memberClass), hideNarrow: true },
    {
      key: "state",
      title: t("state"),
      cell: ({ id, state, relation }) =>
        state === "invited" && (isCoordinator || relation === "self") ? (
          <TextLink href={`/agencies/${id}/onboarding`}>{agencyState(state)}</TextLink>
        ) : (
          agencyState(state)
        ),
      hideNarrow: true,
    },
  ];
};

const Filters = () => {
  const t = useTranslations("directory");
  const relation = useTranslations("relation");
  const memberClass = useTranslations("memberClass");
  const agencyState = useTranslations("agencyState");
  const { get, oneOf, set } = useUrlFilter();
  return (
    <div className="mt-5 mb-4 space-y-2.5">
      <SearchBox label={t("search")} value={get("q") ?? ""} onChange={(value) => set("q", value)} />
      <Chips
        label={t("relation")}
        options={RELATIONS.map((value) => ({ value, label: relation(value) }))}
        value={oneOf("relation", RELATIONS)}
        onChange={(value) => set("relation", value)}
      />
      <Chips
        label={t("memberClass")}
        options={MEMBER_CLASSES.map((value) => ({ value, label: memberClass(value) }))}
        value={oneOf("memberClass", MEMBER_CLASSES)}
        onChange={(value) => set("memberClass", value)}
      />
      <Chips
        label={t("state")}
        options={AGENCY_STATES.map((value) => ({ value, label: agencyState(value) }))}
        value={oneOf("state", AGENCY_STATES)}
        onChange={(value) => set("state", value)}
      />
    </div>
  );
};

/** Every agency of the federation, with what the reader's own has with it. */
export const Directory = () => {
  const t = useTranslations("directory");
  const { isCoordinator } = useMe();
  const { get, oneOf } = useUrlFilter();
  const columns = useColumns();
  const query = useInfiniteQuery(
    queries.agencies({
      q: get("q"),
      relation: oneOf("relation", RELATIONS),
      memberClass: oneOf("memberClass", MEMBER_CLASSES),
      state: oneOf("state", AGENCY_STATES),
    }),
  );
  const invite = isCoordinator ? (
    <>
      <ButtonLink href="/applications">{t("applications")}</ButtonLink>
      <ButtonLink href="/agencies/import">{t("inviteFile")}</ButtonLink>
      <ButtonLink href="/agencies/new">{t("invite")}</ButtonLink>
    </>
  ) : null;
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        acts={
          <>
            {invite}
            <ButtonLink href="/upkeep">{t("upkeep")}</ButtonLink>
            <ButtonLink look="primary" href="/requests/new">
              {t("request")}
            </ButtonLink>
          </>
        }
      />
      <Filters />
      <Loaded query={query}>
        {({ pages }) => {
          const agencies = pages.flatMap(({ items }) => items);
          return agencies.length === 0 ? (
            <EmptyState act={<ButtonLink href="/directory">{t("showAll")}</ButtonLink>}>{t("empty")}</EmptyState>
          ) : (
            <>
              <Table label={t("title")} columns={columns} rows={agencies} rowKey={({ id }) => id} />
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};
