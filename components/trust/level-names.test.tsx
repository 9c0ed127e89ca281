// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import type { AgreementView } from "#lib/contracts/trust.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { Ceiling } from "./terms-content.tsx";

afterEach(cleanup);

const party = (side: "home" | "partner", name: string) => ({
  side,
  agency: { id: `agy_${side}`, identifier: "202100-0000", name: { sv: name, en: name } },
  servers: [],
  approversRequired: 1 as const,
  suspended: false,
  stopped: false,
  awaitingReconsent: false,
});
const agreement = (home: string | null): Pick<AgreementView, "terms" | "parties"> => ({
  parties: [party("home", "Försäkringsverket"), party("partner", "Trafikstyrelsen")],
  terms: {
    purpose: "p",
    legalBasis: null,
    parties: { home: [], partner: [] },
    servers: { home: [], partner: [] },
    start: null,
    end: null,
    basis: null,
    content: {
      laws: [],
      secrecy: null,
      ceiling: 2,
      levelNames: { home, partner: "K2" },
      personalData: null,
      residency: null,
      trial: false,
      contacts: [],
      conditions: null,
      offlineMs: null,
      attachments: [],
    },
  },
});

it.for([
  ["sv", sv],
  ["en", en],
] as const)("shows the ceiling in the federation's words and in each side's, in %s", ([locale, messages]) => {
  const lines = (home: string | null) =>
    [
      ...render(
        <NextIntlClientProvider locale={locale} messages={messages} timeZone="Europe/Stockholm">
          <Ceiling agreement={agreement(home)} />
        </NextIntlClientProvider>,
      ).container.querySelectorAll("li"),
    ].map(({ textContent }) => textContent ?? "");
  const both = lines("Skyddad");
  expect(both).toHaveLength(3);
  expect(both[0]).toBe(messages.level["2"]);
  expect(both[1]).toMatch(/Försäkringsverket.*Skyddad|Skyddad.*Försäkringsverket/);
  expect(both[2]).toMatch(/Trafikstyrelsen.*K2|K2.*Trafikstyrelsen/);
  cleanup();
  expect(lines(null)).toHaveLength(2);
});
