"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed, CircleSlash } from "lucide-react";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { contradicts, type End, type Support, worksBetween } from "#lib/domain/compatibility.ts";
import { Notice, Rows, Section } from "../ui/page.tsx";

const ICONS: Readonly<Record<Support, React.ReactNode>> = {
  works: <CircleCheck size={16} strokeWidth={1.75} aria-hidden className="mt-1 flex-none text-force" />,
  limited: <CircleAlert size={16} strokeWidth={1.75} aria-hidden className="mt-1 flex-none text-way" />,
  no: <CircleSlash size={16} strokeWidth={1.75} aria-hidden className="mt-1 flex-none text-stop" />,
  unknown: <CircleDashed size={16} strokeWidth={1.75} aria-hidden className="mt-1 flex-none text-quiet" />,
};

/** What the directory says of a server, and what it said of itself when it was last asked. */
const endOf = ({ platform, serverName, discovery }: HomeserverView): End => {
  const { name, version } = discovery.find(({ step }) => step === "version")?.detail ?? {};
  const said = typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
  return { platform, serverName, software: said };
};

const Runs = ({ end }: { readonly end: End }) => {
  const t = useTranslations("compatibility");
  const platform = useTranslations("platform");
  const values = { server: end.serverName, platform: platform(end.platform) };
  const { software } = end;
  return (
    <li>
      {software === undefined
        ? t("runsUnsaid", values)
        : t("runs", { ...values, software: `${software.name} ${software.version}` })}
    </li>
  );
};

const Table = ({ ends: [one, other] }: { readonly ends: readonly [End, End] }) => {
  const t = useTranslations("compatibility");
  const found = worksBetween(one, other);
  const known = found.filter(({ support }) => support !== "unknown");
  const unknown = found.filter(({ support }) => support === "unknown");
  return (
    <>
      <ul className="mb-3 text-quiet">
        <Runs end={one} />
        <Runs end={other} />
      </ul>
      {[one, other].some(contradicts) ? <Notice>{t("contradiction")}</Notice> : null}
      <Rows label={t("title")}>
        {known.map(({ feature, support, why, source }) => (
          <li key={feature} data-feature={`${feature}:${support}`} className="flex items-start gap-3 px-4 py-2">
            {ICONS[support]}
            <span className="min-w-0 flex-1">
              <b className="font-semibold">{t(`feature.${feature}`)}</b>{" "}
              <span className="text-quiet">{t(`state.${support}`)}</span>
              <span className="block">{t(`why.${why}`)}</span>
              {source === null ? null : <span className="block text-xs text-quiet">{t("source", { source })}</span>}
            </span>
          </li>
        ))}
        {unknown.length === 0 ? null : (
          <li className="flex items-start gap-3 px-4 py-2">
            {ICONS.unknown}
            <span className="min-w-0 flex-1">
              <b className="font-semibold">{t("notKnown")}</b>{" "}
              {unknown.map(({ feature }, at) => (
                <span key={feature} data-feature={`${feature}:unknown`}>
                  {at === 0 ? "" : ", "}
                  {t(`feature.${feature}`)}
                </span>
              ))}
              <span className="block text-quiet">{t("notKnownMeans")}</span>
            </span>
          </li>
        )}
      </Rows>
    </>
  );
};

/** What works between two servers: from a kept table with its sources, and from what each server says it runs. */
export const WorksBetween = ({ one, other }: { readonly one: string; readonly other: string }) => {
  const t = useTranslations("compatibility");
  const first = useQuery(queries.homeserver(one));
  const second = useQuery(queries.homeserver(other));
  if (first.data === undefined || second.data === undefined) return null;
  return (
    <Section title={t("title")} note={t("note")}>
      <Table ends={[endOf(first.data), endOf(second.data)]} />
    </Section>
  );
};
