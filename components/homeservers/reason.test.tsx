// @vitest-environment jsdom
import { render, screen } from "@testing-library/react";
import { NextIntlClientProvider } from "next-intl";
import { expect, it } from "vitest";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { useReason } from "./reason.ts";

const CODES = [
  "credential_refused",
  "credential_expired",
  "permission_missing",
  "two_factor_required",
  "two_factor_refused",
  "rate_limited",
  "setting_absent",
  "not_stored",
  "port_in_name",
  "suffix_match",
];

const Reasons = ({ codes }: { readonly codes: readonly (string | null)[] }) => {
  const reason = useReason();
  return <p data-testid="all">{JSON.stringify(codes.map(reason))}</p>;
};
const reasons = (locale: "sv" | "en", codes: readonly (string | null)[]): readonly string[] => {
  const { unmount } = render(
    <NextIntlClientProvider locale={locale} timeZone="UTC" messages={locale === "sv" ? sv : en}>
      <Reasons codes={codes} />
    </NextIntlClientProvider>,
  );
  const said: readonly string[] = JSON.parse(screen.getByTestId("all").textContent);
  unmount();
  return said;
};

it("each fault of a Rocket.Chat has one sentence of its own in both languages, and none is a bare code", () => {
  for (const locale of ["sv", "en"] as const) {
    const said = reasons(locale, CODES);
    expect(new Set(said).size).toBe(CODES.length);
    for (const sentence of said) expect(sentence).toMatch(/^\p{Lu}.* .*\.$/su);
  }
});

it("a code without a sentence is shown as it stands, and no code as nothing", () => {
  expect(reasons("en", ["TILLIT_VERSION", null])).toEqual(["TILLIT_VERSION", ""]);
});
