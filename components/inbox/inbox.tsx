"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { queries } from "#lib/client/queries.ts";
import { DIRECTIONS, type InboxItem } from "#lib/contracts/overview.ts";
import { useMe } from "../shell/session.tsx";
import { consentsAmong } from "../trust/review-many.tsx";
import { ButtonLink, TextLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, PageHead } from "../ui/page.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { InboxRows } from "./items.tsx";

/** j and k walk through what waits; Enter opens it, as on any link. */
const useWalk = (): void => {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (
        step === 0 ||
        event.metaKey ||
        event.ctrlKey ||
        /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")
      )
        return;
      const links = [...document.querySelectorAll<HTMLAnchorElement>("[data-open] a")];
      const at = links.findIndex((link) => link.matches(":focus"));
      links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
};

/** Where more than one awaits the same answer, the way to give it once. */
const Together = ({ items }: { readonly items: readonly InboxItem[] }) => {
  const t = useTranslations("reviewMany");
  const { agency } = useMe();
  const count = agency === undefined ? 0 : consentsAmong(items, agency.id).length;
  return count < 2 ? null : (
    <p className="mb-4">
      <TextLink href="/agreements/review">{t("link", { count })}</TextLink>
    </p>
  );
};

export const Inbox = () => {
  const t = useTranslations("inbox");
  const filter = useUrlFilter();
  const direction = filter.oneOf("direction", DIRECTIONS) ?? "incoming";
  const query = useInfiniteQuery(queries.inbox({ direction }));
  useWalk();
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t(`answer.${direction}`)}
        acts={<TextLink href="/notices">{t("notices")}</TextLink>}
      />
      <div className="mt-5 mb-4">
        <Chips
          label={t("filter")}
          options={DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) }))}
          value={direction}
          onChange={(value) => filter.set("direction", value)}
        />
      </div>
      <Loaded query={query}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          return items.length === 0 ? (
            <EmptyState act={<ButtonLink href="/directory">{t("toDirectory")}</ButtonLink>}>
              {t(`empty.${direction}`)}
            </EmptyState>
          ) : (
            <>
              <Together items={items} />
              <InboxRows items={items} />
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};
