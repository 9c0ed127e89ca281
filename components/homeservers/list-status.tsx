"use client";

import { useTranslations } from "next-intl";
import type { ComponentProps } from "react";
import type { HomeserverView, ListStatus } from "#lib/contracts/homeservers.ts";
import { StatusPhrase } from "../trust/status-phrase.tsx";
import { ShortDigest } from "../trust/terms.tsx";
import { EmptyState, Facts, Notice } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";
import { useReason } from "./reason.ts";

/** The facts of a list, in the order of the stations. */
const useFacts = (list: ListStatus): ComponentProps<typeof Facts>["facts"] => {
  const t = useTranslations("list");
  const { desired, signed, stored, effective, observed } = list;
  return [
    [t("desired"), desired === null ? t("unknown") : t("servers", { count: desired })],
    [
      t("signed"),
      signed === null ? (
        t("nothing")
      ) : (
        <span key="signed">
          {t("version", { version: signed.version })} · <ShortDigest digest={signed.digest} />
        </span>
      ),
    ],
    [
      t("stored"),
      stored === null ? (
        t("nothing")
      ) : (
        <span key="stored">
          {t("version", { version: stored.version })} · <When at={stored.at} />
        </span>
      ),
    ],
    [
      t("effective"),
      effective === null ? (
        t("unknown")
      ) : (
        <span key="effective">
          {t("servers", { count: effective.count })} · <When at={effective.at} />
        </span>
      ),
    ],
    [
      t("observed"),
      observed === null ? (
        t("unknown")
      ) : (
        <span key="observed">
          {t("reached", { reached: observed.reached, of: observed.of })}
          {observed.at === null ? null : (
            <>
              {" · "}
              <When at={observed.at} />
            </>
          )}
        </span>
      ),
    ],
    [t("since"), list.since === null ? null : <When key="since" at={list.since} />],
    [t("pushed"), list.pushedAt === null ? t("never") : <When key="pushed" at={list.pushedAt} />],
    [t("validUntil"), list.validUntil === null ? null : <When key="valid" at={list.validUntil} />],
    [t("nextAttempt"), list.nextAttemptAt === null ? null : <When key="next" at={list.nextAttemptAt} />],
  ];
};

type Shown = { readonly list: ListStatus; readonly onStale: HomeserverView["onStale"] };

const Stations = ({ list, onStale }: Shown) => {
  const t = useTranslations("list");
  const facts = useFacts(list);
  const reason = useReason();
  return (
    <>
      <p className="mb-3 flex flex-wrap items-center gap-x-3">
        <StatusPhrase phrase={list.status} />
        <span className="max-w-[86ch] text-sm text-quiet">{reason(list.statusDetail)}</span>
      </p>
      {list.warning === null ? null : (
        <Notice tone={list.warning === "stale" ? "stop" : "act"}>
          {t.rich(`warning.${list.warning}`, { at: () => <When at={list.validUntil ?? 0} /> })} {t(`then.${onStale}`)}
        </Notice>
      )}
      <Facts facts={facts} />
    </>
  );
};

/** What is wanted, what was sent, what the server obeys, what was seen from outside: each with its time. */
export const ListStations = ({ list, onStale }: Pick<HomeserverView, "list" | "onStale">) => {
  const t = useTranslations("list");
  return list === null ? <EmptyState>{t("none")}</EmptyState> : <Stations list={list} onStale={onStale} />;
};
