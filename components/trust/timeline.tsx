"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { TimelineItem } from "#lib/contracts/trust.ts";
import { Loaded } from "../ui/loaded.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { levelName } from "./level.ts";

const Item = ({ item }: { readonly item: TimelineItem }) => {
  const t = useTranslations("timeline");
  const nameOf = useLocalName();
  return (
    <li className="keep relative border-l-2 border-line pb-4 pl-5 last:pb-0">
      <span aria-hidden className="absolute top-1.5 -left-[7px] size-3 rounded-full border-2 border-quiet bg-card" />
      <p>
        <b className="font-semibold">{t(`kind.${item.kind}`)}</b>{" "}
        {item.rule !== null
          ? t("byRule", {
              number: item.rule.number,
              agency: nameOf(item.agency.name),
              owner: item.rule.owner.name ?? t("someone"),
            })
          : item.person === null
            ? t("byPortal", { agency: nameOf(item.agency.name) })
            : t("by", { person: item.person.name ?? t("someone"), agency: nameOf(item.agency.name) })}
      </p>
      {item.reason === null ? null : <p className="max-w-[72ch]">{t("reason", { reason: item.reason })}</p>}
      <p className="text-xs text-quiet">
        <When at={item.at} />
        {item.diarienummer === null ? null : <> · {t("diarienummer", { number: item.diarienummer })}</>}
        {item.acr === null ? null : <> · {t("acr", { acr: levelName(item.acr) })}</>}
      </p>
    </li>
  );
};

/** Every recorded act of an agreement, newest first. */
export const Timeline = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("timeline");
  const query = useQuery(queries.timeline(agreement));
  return (
    <Loaded query={query}>
      {({ items }) => (
        <ol aria-label={t("title")}>
          {items.toReversed().map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </ol>
      )}
    </Loaded>
  );
};
