"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { SignedListView } from "#lib/contracts/homeservers.ts";
import { ShortDigest } from "../trust/terms.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Rows } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";

const Names = ({
  names,
  sign,
  tone,
  word,
}: {
  readonly names: readonly string[];
  readonly sign: string;
  readonly tone: string;
  readonly word: string;
}) =>
  names.map((name) => (
    <span key={name} className={`mono block ${tone}`}>
      <span aria-hidden>{sign} </span>
      <span className="sr-only">{word} </span>
      {name}
    </span>
  ));

const Item = ({ list }: { readonly list: SignedListView }) => {
  const t = useTranslations("history");
  return (
    <li className="grid gap-x-5 gap-y-1 px-4 py-2.5 md:grid-cols-[170px_1fr_auto]">
      <span>
        <b className="font-semibold">{t("version", { version: list.version })}</b>
        <span className="block text-xs text-quiet">
          <When at={list.issuedAt} />
        </span>
      </span>
      <span className="min-w-0">
        <Names names={list.added} sign="+" tone="text-force" word={t("added")} />
        <Names names={list.removed} sign="−" tone="text-stop" word={t("removed")} />
        {list.added.length + list.removed.length === 0 ? <span className="text-quiet">{t("sameNames")}</span> : null}
      </span>
      <span className="text-xs text-quiet md:text-right">
        {t("servers", { count: list.servers.length })} · <ShortDigest digest={list.digest} />
      </span>
    </li>
  );
};

/** Every list that was signed for this server, newest first, each with what it added and took away. */
export const ListHistory = ({ id }: { readonly id: string }) => {
  const t = useTranslations("history");
  const query = useInfiniteQuery(queries.lists(id));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const lists = pages.flatMap(({ items }) => items);
        return lists.length === 0 ? (
          <EmptyState>{t("empty")}</EmptyState>
        ) : (
          <>
            <Rows label={t("title")}>
              {lists.map((list) => (
                <Item key={`${list.epoch}.${list.version}`} list={list} />
              ))}
            </Rows>
            <More query={query} />
          </>
        );
      }}
    </Loaded>
  );
};
