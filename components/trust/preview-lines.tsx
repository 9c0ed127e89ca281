"use client";

import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { PreviewView } from "#lib/contracts/trust.ts";
import type { Limit } from "#lib/domain/platform-limits.ts";
import { dayOf, lastMomentOf, useLocalName } from "../ui/when.tsx";

type Line = PreviewView["homeservers"][number]["lines"][number];
const SIGNS = { add: "+", remove: "−", keep: " " } as const;

const ListLine = ({ line, end }: { readonly line: Line; readonly end: number | null }) => {
  const t = useTranslations("preview");
  return (
    <li
      data-line={`${line.change}:${line.server}`}
      className={clsx(
        "mono flex flex-wrap gap-x-6 px-3.5 py-0.5 leading-relaxed",
        line.change === "add" && "bg-force-soft text-force",
        line.change === "remove" && "bg-stop-soft text-stop",
      )}
    >
      <span>
        <span aria-hidden className="inline-block w-4">
          {SIGNS[line.change]}
        </span>
        <span className="sr-only">{t(`change.${line.change}`)} </span>
        {line.server}
      </span>
      {line.change === "add" && end !== null ? <span>{t("until", { day: dayOf(lastMomentOf(end)) })}</span> : null}
      {line.change === "keep" && line.heldBy.length > 0 ? (
        <span className="text-quiet">{t("heldByOther", { count: line.heldBy.length })}</span>
      ) : null}
    </li>
  );
};

/** What the server's platform cannot do, in sentences; nothing for one that can do all. */
export const PlatformLimits = ({ limits }: { readonly limits: readonly Limit[] }) => {
  const t = useTranslations("limits");
  if (limits.length === 0) return null;
  return (
    <ul data-limits={limits.join(" ")} className="max-w-[86ch] border-t border-line px-3.5 py-1.5 text-sm text-quiet">
      {limits.map((limit) => (
        <li key={limit}>{t(limit)}</li>
      ))}
    </ul>
  );
};

/** The exact lines that change on each server's list. */
export const PreviewLines = ({ preview, end }: { readonly preview: PreviewView; readonly end: number | null }) => {
  const t = useTranslations("preview");
  const nameOf = useLocalName();
  return (
    <>
      <div className="grid gap-x-7 gap-y-4 lg:grid-cols-2">
        {preview.homeservers.map(({ homeserver, agencies, mode, lines, limits }) => (
          <div key={homeserver.id} className="keep rounded border border-line bg-card">
            <p className="flex flex-wrap gap-x-2 border-b border-line px-3.5 py-1.5 text-sm text-quiet">
              <span className="mono">{homeserver.serverName}</span>
              <span>{agencies.map(({ name }) => nameOf(name)).join(", ")}</span>
              <span className={clsx("ml-auto", mode === "observe" && "font-semibold text-way")}>
                {t(`mode.${mode}`)}
              </span>
            </p>
            {lines.length === 0 ? (
              <p className="px-3.5 py-2 text-sm text-quiet">{t("noLines")}</p>
            ) : (
              <ul aria-label={t("linesOf", { server: homeserver.serverName })} className="py-1">
                {lines.map((line) => (
                  <ListLine key={line.server} line={line} end={end} />
                ))}
              </ul>
            )}
            <PlatformLimits limits={limits} />
          </div>
        ))}
      </div>
      {preview.homeservers.some(({ mode }) => mode === "observe") ? (
        <p className="mt-2 max-w-[86ch] text-sm text-quiet">{t("observeNote")}</p>
      ) : null}
    </>
  );
};
