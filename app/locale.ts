import { cookies, headers } from "next/headers";
import { createTranslator } from "next-intl";
import { cache } from "react";
import { actorFrom } from "#lib/auth/actor.ts";
import { LOCALE_COOKIE, type Locale, localeIn, preferredLocale } from "#lib/domain/locale.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };

/** The Swedish messages are the pattern: `messages.test.ts` holds the English ones to the same keys. */
export type Messages = typeof sv;

/** The language that the signed-in person keeps; undefined for a stranger, and while the database is away. */
const storedLocale = cache(async (): Promise<Locale | undefined> => {
  try {
    return (await actorFrom({ headers: await headers() }))?.locale;
  } catch {
    return undefined;
  }
});

/** The language of this request: what was chosen in this browser, what the person keeps, what the browser asks for. */
export const requestLocale = async (): Promise<Locale> => {
  const chosen = localeIn((await cookies()).get(LOCALE_COOKIE)?.value);
  if (chosen !== undefined) return chosen;
  return (await storedLocale()) ?? preferredLocale((await headers()).get("accept-language")) ?? "sv";
};

export const messagesOf = (locale: Locale): Messages => (locale === "sv" ? sv : en);

/** Translates on the server: titles, and the pages that need nothing else. */
export const translator = async () => {
  const locale = await requestLocale();
  return createTranslator({ locale, messages: messagesOf(locale), timeZone: "Europe/Stockholm" });
};
