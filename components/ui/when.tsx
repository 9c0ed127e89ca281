"use client";

import { useFormatter, useLocale } from "next-intl";
import { useEffect, useState } from "react";

export const TIME_ZONE = "Europe/Stockholm";
const DAY_OF = new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE });
const EXACT = new Intl.DateTimeFormat("sv-SE", {
  timeZone: TIME_ZONE,
  dateStyle: "short",
  timeStyle: "medium",
});

/** The day in Sweden, as `2027-05-31`. */
export const dayOf = (at: number): string => DAY_OF.format(at);

/**
 * The last moment of a time that ends at `end`. An end is the first moment after: what ends at midnight after 31 May
 * is said to hold until 31 May.
 */
export const lastMomentOf = (end: number): number => end - 1;

/** A moment in words: the time alone when it is today in Sweden, else the date and the minute. */
export const useWhen = (): ((at: number) => string) => {
  const format = useFormatter();
  return (at) =>
    dayOf(at) === dayOf(Date.now())
      ? format.dateTime(at, {
          timeZone: TIME_ZONE,
          hour: "2-digit",
          minute: "2-digit",
          second: "2-digit",
          hour12: false,
        })
      : format.dateTime(at, {
          timeZone: TIME_ZONE,
          day: "numeric",
          month: "short",
          year: "numeric",
          hour: "2-digit",
          minute: "2-digit",
          hour12: false,
        });
};

/** A date in words: `31 maj 2027`. */
export const useDay = (): ((at: number) => string) => {
  const format = useFormatter();
  return (at) => format.dateTime(at, { timeZone: TIME_ZONE, day: "numeric", month: "long", year: "numeric" });
};

/** A moment; the exact one stands in the DOM and under the pointer. */
export const When = ({ at, day = false }: { readonly at: number; readonly day?: boolean }) => {
  const when = useWhen();
  const inWords = useDay();
  return (
    <time dateTime={new Date(at).toISOString()} title={EXACT.format(at)} className="whitespace-nowrap">
      {day ? inWords(at) : when(at)}
    </time>
  );
};

/** What is left until a moment, as `9:41`, counted down each second; undefined once it has passed. */
export const useTimeLeft = (until: number | null): string | undefined => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  if (until === null || until <= now) return undefined;
  const seconds = Math.ceil((until - now) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** A name in the language of the page. */
export const useLocalName = (): ((name: { readonly sv: string; readonly en: string }) => string) => {
  const locale = useLocale();
  return (name) => name[locale];
};
