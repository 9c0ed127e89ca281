// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { Renamed } from "./renamed.tsx";

afterEach(cleanup);

it.for([
  ["sv", sv, "Servern chat.ts.example heter nu chat.trafik.example."],
  ["en", en, "The server chat.ts.example is now called chat.trafik.example."],
] as const)("says in %s which server has another name than the one consented to", ([locale, messages, sentence]) => {
  const show = (renamed: { was: string; now: string }[]) =>
    render(
      <NextIntlClientProvider locale={locale} messages={messages} timeZone="Europe/Stockholm">
        <Renamed agreement={{ renamed }} />
      </NextIntlClientProvider>,
    ).container.textContent;
  expect(show([{ was: "chat.ts.example", now: "chat.trafik.example" }])).toBe(sentence);
  expect(show([])).toBe("");
});
