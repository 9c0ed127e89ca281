"use client";

import clsx from "clsx";
import { useTranslations } from "next-intl";
import type { AgreementView, PartyView } from "#lib/contracts/trust.ts";
import type { Side } from "#lib/domain/trust.ts";
import { useLocalName, When } from "../ui/when.tsx";
import { levelName } from "./level.ts";

type Consent = AgreementView["consents"][number];

const Key = ({ turned }: { readonly turned: boolean }) => (
  <svg
    width="40"
    height="40"
    viewBox="0 0 40 40"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    aria-hidden="true"
    className={clsx("flex-none", turned ? "text-force" : "text-quiet")}
  >
    <g transform={turned ? undefined : "rotate(-90 20 20)"}>
      <circle cx="12" cy="20" r="6" />
      <path d="M18 20h16M29 20v5M34 20v4" />
    </g>
  </svg>
);

const ConsentLine = ({ consent }: { readonly consent: Consent }) => {
  const t = useTranslations("twoKeys");
  return (
    <li className="mt-1">
      {t(consent.kind)}{" "}
      {consent.rule === null
        ? (consent.person?.name ?? t("someone"))
        : t("byRule", { number: consent.rule.number, owner: consent.rule.owner.name ?? t("someone") })}
      <span className="block text-xs text-quiet">
        <When at={consent.at} />
        {consent.diarienummer === null ? null : <> · {t("diarienummer", { number: consent.diarienummer })}</>}
        {consent.acr === null ? null : <> · {t("acr", { acr: levelName(consent.acr) })}</>}
      </span>
    </li>
  );
};

const SideKey = ({
  party,
  consents,
  waiting,
}: {
  readonly party: PartyView;
  readonly consents: readonly Consent[];
  readonly waiting: string;
}) => {
  const t = useTranslations("twoKeys");
  const nameOf = useLocalName();
  const people = new Set(consents.map(({ person, id }) => person?.id ?? id)).size;
  const byRule = consents.some(({ rule }) => rule !== null);
  const turned = (byRule || people >= party.approversRequired) && !party.awaitingReconsent;
  return (
    <div data-key={`${party.side}:${turned ? "turned" : "waiting"}`} className="flex gap-3.5 px-4.5 py-4">
      <Key turned={turned} />
      <div className="min-w-0">
        <b className="font-semibold">{nameOf(party.agency.name)}</b>
        {consents.length === 0 ? null : (
          <ul>
            {consents.map((consent) => (
              <ConsentLine key={consent.id} consent={consent} />
            ))}
          </ul>
        )}
        {turned ? null : (
          <p className="mt-1 text-quiet">
            {party.approversRequired > 1 ? t("ofTwo", { people }) : null} {waiting}
          </p>
        )}
      </div>
    </div>
  );
};

/** Both sides' consent, drawn as two keys. A key is turned when its agency has given every consent it asks of itself. */
export const TwoKeys = ({
  agreement,
  here,
}: {
  readonly agreement: AgreementView;
  readonly here?: Side | undefined;
}) => {
  const t = useTranslations("twoKeys");
  const closed = agreement.stage === "closed";
  return (
    <div className="keep mt-6 grid divide-line rounded border border-line bg-card max-md:divide-y md:grid-cols-2 md:divide-x">
      {agreement.parties.map((party) => (
        <SideKey
          key={party.agency.id}
          party={party}
          consents={agreement.consents.filter(({ agency }) => agency.id === party.agency.id)}
          waiting={closed ? t("neverTurned") : here === party.side ? t("waitsForYou") : t("waits")}
        />
      ))}
    </div>
  );
};
