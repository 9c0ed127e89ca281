"use client";

import { useLocale, useTranslations } from "next-intl";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { COUNTRIES } from "#lib/domain/countries.ts";
import { Mono } from "../ui/page.tsx";
import { SelectInput } from "../ui/select.tsx";

/** A country's name in the reader's language; its code where the language has no name for it. */
export const useCountryName = (): ((code: string) => string) => {
  const names = new Intl.DisplayNames([useLocale()], { type: "region" });
  return (code) => names.of(code) ?? code;
};

/** Chooses where a server stands. An empty value: not declared. */
export const CountryInput = ({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (country: string) => void;
}) => {
  const t = useTranslations("country");
  const nameOf = useCountryName();
  const locale = useLocale();
  const named = COUNTRIES.map((code) => ({ value: code, label: nameOf(code) }));
  return (
    <SelectInput
      name="country"
      label={t("label")}
      hint={t("hint")}
      value={value === "" ? "none" : value}
      onChange={(code) => onChange(code === "none" ? "" : code)}
      options={[
        { value: "none", label: t("undeclared") },
        ...named.toSorted((a, b) => a.label.localeCompare(b.label, locale)),
      ]}
    />
  );
};

/** Where a server stands by its agency's word, and what else hints at a country. */
export const Country = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("country");
  const nameOf = useCountryName();
  const { subject, issuer, leadsTo } = server.countryHints;
  const hints = [
    ...(subject === null ? [] : [t("subject", { country: nameOf(subject) })]),
    ...(issuer === null ? [] : [t("issuer", { country: nameOf(issuer) })]),
    ...(leadsTo === null ? [] : [t("leadsTo", { host: leadsTo.host, country: nameOf(leadsTo.country) })]),
  ];
  return (
    <>
      {server.country === null ? t("undeclared") : nameOf(server.country)}
      <span className="block text-sm text-quiet">
        {hints.length === 0 ? t("noHint") : `${t("hints")} ${hints.join(" ")}`}
      </span>
    </>
  );
};

type Finding = {
  readonly serverName: string;
  readonly verdict: "ok" | "outside" | "undeclared" | "doubtful";
  readonly country: string | null;
  readonly leadsTo: string | null;
};

/** Each server against the residency rule, and what no rule changes: what is written in shared rooms is kept by both. */
export const Residency = ({ findings }: { readonly findings: readonly Finding[] }) => {
  const t = useTranslations("country");
  const nameOf = useCountryName();
  return (
    <div className="mt-4 max-w-[72ch] space-y-1.5" data-residency={findings.map(({ verdict }) => verdict).join(" ")}>
      <p>{t("storedToo")}</p>
      {findings.length === 0 ? null : (
        <ul className="space-y-1">
          {findings.map(({ serverName, verdict, country, leadsTo }) => (
            <li key={serverName} className={verdict === "outside" ? "text-stop" : undefined}>
              <Mono>{serverName}</Mono>{" "}
              {t(`verdict.${verdict}`, { country: country === null ? "" : nameOf(country), host: leadsTo ?? "" })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
