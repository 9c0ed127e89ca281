// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { afterEach, expect, it } from "vitest";
import type { TermsView } from "#lib/contracts/trust.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import { AmendForm } from "./amend-form.tsx";

afterEach(cleanup);

const terms: TermsView = {
  purpose: "Joint exercises",
  legalBasis: null,
  parties: { home: [], partner: [] },
  servers: { home: [], partner: [] },
  start: null,
  end: null,
  content: null,
  basis: null,
};

it("shows what changes before it is sent, and nothing that does not", () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <NextIntlClientProvider locale="en" messages={en} timeZone="Europe/Stockholm">
        <AmendForm agreement="agr_1" as="agy_1" terms={terms} onDone={() => undefined} />
      </NextIntlClientProvider>
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByLabelText("Conditions (optional)"), { target: { value: "Two wardens" } });
  fireEvent.click(screen.getByRole("button", { name: "See what changes" }));
  expect(screen.getAllByRole("term").map(({ textContent }) => textContent)).toEqual(["Conditions"]);
  expect(screen.getAllByRole("definition").map(({ textContent }) => textContent)).toEqual([
    "In effect: –",
    "Proposed: Two wardens",
  ]);
  expect(screen.getByRole("button", { name: "Put before both sides" })).toBeTruthy();
});
