"use client";

import { useTranslations } from "next-intl";
import { useMe } from "../shell/session.tsx";
import { ButtonLink } from "../ui/button.tsx";
import { PageHead } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { ServerRows } from "./server-rows.tsx";

export const Servers = () => {
  const t = useTranslations("servers");
  const { agency } = useMe();
  const { get, set } = useUrlFilter();
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        acts={agency === undefined ? undefined : <ButtonLink href={`/agencies/${agency.id}`}>{t("ours")}</ButtonLink>}
      />
      <div className="mt-5 mb-4">
        <SearchBox label={t("search")} value={get("q") ?? ""} onChange={(value) => set("q", value)} />
      </div>
      <ServerRows q={get("q")} />
    </>
  );
};
