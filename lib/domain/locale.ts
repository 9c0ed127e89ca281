const LOCALES = ["sv", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** The cookie in which a browser keeps the language that was chosen in it. */
export const LOCALE_COOKIE = "tillit.locale";

/** A language that we speak, or undefined. */
export const localeIn = (text: string | null | undefined): Locale | undefined =>
  LOCALES.find((locale) => locale === text);

/**
 * The first of the languages that a browser asks for which we speak (RFC 9110, 12.5.4); undefined for none.
 *
 * @param acceptLanguage the header as it came: `en-GB,en;q=0.9`
 */
export const preferredLocale = (acceptLanguage: string | null | undefined): Locale | undefined =>
  (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const quality = Number(params.find((param) => param.trim().startsWith("q="))?.split("=")[1] ?? 1);
      return { language: tag.toLowerCase().split("-")[0], quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .map(({ language }) => localeIn(language))
    .find((locale) => locale !== undefined);
