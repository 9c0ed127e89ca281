"use client";

import { useTranslations } from "next-intl";
import type { InboxItem } from "#lib/contracts/overview.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Mono, Rows } from "../ui/page.tsx";
import { lastMomentOf, useLocalName, When } from "../ui/when.tsx";

/** Where an item is answered. A key opens that page; it never answers. */
export const hrefOf = ({ id, kind, agreement, change, homeserver, moves }: InboxItem): string => {
  if (kind === "import") return `/agreements/imports/${id}`;
  if (change !== null) return `/changes/${change}`;
  if (homeserver !== null) return `/servers/${homeserver.id}`;
  if (agreement === null) return "/inbox";
  return moves.length > 0 ? `/agreements/${agreement}/review` : `/agreements/${agreement}`;
};

const Asked = ({ item }: { readonly item: InboxItem }) => {
  const t = useTranslations("inbox");
  const change = useTranslations("changeKind");
  const nameOf = useLocalName();
  const values = {
    counterpart: item.counterpart === null ? "" : nameOf(item.counterpart.name),
    purpose: item.purpose ?? "",
    what: item.changeKind === null ? "" : change(item.changeKind),
    server: item.homeserver?.serverName ?? "",
    em: (chunks: React.ReactNode) => <em>{chunks}</em>,
    mono: (chunks: React.ReactNode) => <Mono>{chunks}</Mono>,
  };
  return <span className="min-w-0">{t.rich(`kind.${item.kind}`, values)}</span>;
};

const Item = ({ item, first }: { readonly item: InboxItem; readonly first: boolean }) => {
  const t = useTranslations("inbox");
  const nameOf = useLocalName();
  const title =
    item.counterpart === null ? (item.homeserver?.serverName ?? nameOf(item.as.name)) : nameOf(item.counterpart.name);
  return (
    <li className="grid items-center gap-x-5 gap-y-1.5 px-4 py-2.5 md:grid-cols-[minmax(160px,220px)_1fr_auto_auto]">
      <b className="font-semibold">{title}</b>
      <Asked item={item} />
      <span className="text-xs text-quiet">
        {item.deadline === null
          ? t.rich("since", { at: () => <When at={item.waitingSince} /> })
          : t.rich("before", { at: () => <When at={lastMomentOf(item.deadline ?? 0)} day /> })}
      </span>
      <span data-open className="justify-self-start md:justify-self-end">
        <ButtonLink href={hrefOf(item)} look={first && item.direction === "incoming" ? "primary" : "plain"}>
          {item.direction === "incoming" ? t("review") : t("open")}
          <span className="sr-only"> {title}</span>
        </ButtonLink>
      </span>
    </li>
  );
};

/** What waits, oldest first; the first of what waits for the reader is the page's primary act. */
export const InboxRows = ({ items }: { readonly items: readonly InboxItem[] }) => {
  const t = useTranslations("inbox");
  return (
    <Rows label={t("title")}>
      {items.map((item, index) => (
        <Item key={`${item.kind}${item.id}${item.as.id}`} item={item} first={index === 0} />
      ))}
    </Rows>
  );
};
