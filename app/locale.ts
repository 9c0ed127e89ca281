import { cookies, headers } from "next/headers";
import { createTranslator } from "next-intl";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };

const LOCALES = ["sv", "en"] as const;
export type Locale = (typeof LOCALES)[number];
/** The Swedish messages are the pattern: `messages.test.ts` holds the English ones to the same keys. */
export type Messages = typeof sv;

export const LOCALE_COOKIE = "tillit.locale";

const isLocale = (text: string | undefined): text is Locale => text === "sv" || text === "en";

/** The first of the languages that the browser asks for which we speak; Swedish for none. */
export const preferredLocale = (acceptLanguage: string): Locale => {
  const wanted = acceptLanguage
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const quality = Number(params.find((param) => param.trim().startsWith("q="))?.split("=")[1] ?? 1);
      return { language: tag.toLowerCase().split("-")[0], quality: Number.isNaN(quality) ? 0 : quality };
    })
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ language }) => language)
    .find(isLocale);
  return wanted ?? "sv";
};

/** The language of this request: what the person chose, else what the browser asks for. */
export const requestLocale = async (): Promise<Locale> => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  return isLocale(chosen) ? chosen : preferredLocale((await headers()).get("accept-language") ?? "");
};

export const messagesOf = (locale: Locale): Messages => (locale === "sv" ? sv : en);

/** Translates on the server: titles, and the pages that need nothing else. */
export const translator = async () => {
  const locale = await requestLocale();
  return createTranslator({ locale, messages: messagesOf(locale), timeZone: "Europe/Stockholm" });
};
