"use client";

import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "react-aria-components";
import { queries } from "#lib/client/queries.ts";
import { isUnder, PLACES } from "./nav.ts";

/** The mark: two lanes, one each way. */
export const Mark = () => (
  <svg
    width="26"
    height="18"
    viewBox="0 0 26 18"
    fill="none"
    strokeWidth="2"
    aria-hidden="true"
    className="flex-none stroke-act"
  >
    <path d="M3 5h17M6 13h17" />
    <circle cx="3" cy="5" r="2" className="fill-act" />
    <circle cx="23" cy="13" r="2" className="fill-act" />
  </svg>
);

const Place = ({
  place,
  waiting,
  folded,
}: {
  readonly place: (typeof PLACES)[number];
  readonly waiting: number;
  readonly folded: boolean;
}) => {
  const t = useTranslations("nav");
  const path = usePathname();
  const Icon = place.icon;
  const here = isUnder(place.key, path);
  const count = place.key === "inbox" ? waiting : 0;
  return (
    <li>
      <Link
        href={place.href}
        aria-current={here ? "page" : undefined}
        title={folded ? t(place.key) : undefined}
        className={clsx(
          "flex min-h-9 items-center gap-2.5 rounded px-2.5 py-1.5 whitespace-nowrap no-underline",
          here ? "bg-act-soft font-semibold text-act" : "text-ink hover:bg-act-soft",
        )}
      >
        <Icon size={20} strokeWidth={1.75} aria-hidden className="flex-none" />
        <span className={clsx(folded && "md:sr-only")}>{t(place.key)}</span>
        {count === 0 ? null : (
          <span className="ml-auto rounded-full bg-act px-1.5 text-xs font-semibold text-on-act">
            {count}
            <span className="sr-only"> {t("waiting")}</span>
          </span>
        )}
      </Link>
    </li>
  );
};

/** The main menu: a rail at the left, which folds to icons; a row that scrolls where the window is narrow. */
export const Rail = () => {
  const t = useTranslations("nav");
  const [folded, setFolded] = useState(() => window.localStorage.getItem("tillit.rail") === "folded");
  const { data } = useQuery(queries.overview());
  const fold = (): void => {
    window.localStorage.setItem("tillit.rail", folded ? "open" : "folded");
    setFolded(!folded);
  };
  const Icon = folded ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav
      aria-label={t("label")}
      className={clsx(
        "no-print flex flex-col border-line px-3 max-md:border-b max-md:py-2 md:sticky md:top-0 md:h-screen md:border-r md:py-5",
        folded ? "md:w-16" : "md:w-52",
      )}
    >
      <p className="flex items-center gap-2.5 px-2 pb-4 text-lg font-bold tracking-tight max-md:hidden">
        <Mark />
        <span className={clsx(folded && "sr-only")}>{t("product")}</span>
      </p>
      <ul className="flex gap-0.5 max-md:overflow-x-auto md:flex-col">
        {PLACES.map((place) => (
          <Place key={place.key} place={place} waiting={data?.counts.needsYou ?? 0} folded={folded} />
        ))}
      </ul>
      <Button
        onPress={fold}
        aria-label={t(folded ? "unfold" : "fold")}
        className="mt-auto flex size-9 items-center justify-center rounded text-quiet hover:bg-act-soft max-md:hidden"
      >
        <Icon size={20} strokeWidth={1.75} aria-hidden />
      </Button>
    </nav>
  );
};
