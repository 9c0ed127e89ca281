"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import { STAGES } from "#lib/domain/trust.ts";
import { useMe } from "../shell/session.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, PageHead } from "../ui/page.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { AgreementRows } from "./agreement-rows.tsx";

/** All agreements that the reader may see. */
export const Agreements = () => {
  const t = useTranslations("agreements");
  const { isCoordinator } = useMe();
  const filter = useUrlFilter();
  const stage = filter.oneOf("stage", STAGES);
  const query = useInfiniteQuery(queries.agreements({ stage }));
  const ask = (
    <ButtonLink look="primary" href="/requests/new">
      {t("request")}
    </ButtonLink>
  );
  const heading = isCoordinator ? (
    <>
      <ButtonLink href="/agreements/import">{t("fromPaper")}</ButtonLink>
      {ask}
    </>
  ) : (
    ask
  );
  return (
    <>
      <PageHead title={t("title")} answer={t("answer")} acts={heading} />
      <div className="mt-5 mb-4">
        <Chips
          label={t("filter")}
          options={STAGES.map((value) => ({ value, label: t(`stage.${value}`) }))}
          value={stage}
          onChange={(value) => filter.set("stage", value)}
        />
      </div>
      <Loaded query={query}>
        {({ pages }) => {
          const agreements = pages.flatMap(({ items }) => items);
          return agreements.length === 0 ? (
            <EmptyState act={ask}>{t(stage === undefined ? "empty" : "emptyFiltered")}</EmptyState>
          ) : (
            <>
              <AgreementRows agreements={agreements} />
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};
