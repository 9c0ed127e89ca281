import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { endOfDay } from "../trust/draft.ts";
import { dayOf, lastMomentOf, useDay } from "./when.tsx";

const Words = ({ at }: { readonly at: number }) => useDay()(at);
const inWords = (at: number): string =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale="sv" messages={{}}>
      <Words at={at} />
    </NextIntlClientProvider>,
  );

it.each([
  ["2027-05-31", "31 maj 2027"],
  // The days on which Sweden's clocks change, and a year's last.
  ["2027-03-28", "28 mars 2027"],
  ["2027-10-31", "31 oktober 2027"],
  ["2027-12-31", "31 december 2027"],
])("an agreement to %s ends at the next midnight and is said to hold until %s", (day, words) => {
  const end = endOfDay(day);
  expect(dayOf(end)).not.toBe(day);
  expect(dayOf(lastMomentOf(end))).toBe(day);
  expect(inWords(lastMomentOf(end))).toBe(words);
});
