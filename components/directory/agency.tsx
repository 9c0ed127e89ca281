"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { queries } from "#lib/client/queries.ts";
import type { AgencyView } from "#lib/contracts/directory.ts";
import { AddServerForm } from "../homeservers/add-form.tsx";
import { ServerRows } from "../homeservers/server-rows.tsx";
import { Invitations } from "../people/invitations.tsx";
import { People } from "../people/people.tsx";
import { Button, ButtonLink, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Facts, Notice, PageHead, Rows, Section } from "../ui/page.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { ContactsForm } from "./contacts-form.tsx";
import { DetailsForm } from "./details-form.tsx";
import { Leaving } from "./leaving.tsx";
import { RelationPhrase } from "./relation.tsx";
import { StateActs } from "./state-acts.tsx";

const CHECK_ICON = {
  pass: <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="flex-none text-force" />,
  fail: <CircleAlert size={20} strokeWidth={1.75} aria-hidden className="flex-none text-stop" />,
  unknown: <CircleDashed size={20} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />,
} as const;

const Onboarding = ({
  checks,
  all,
}: {
  readonly checks: AgencyView["onboarding"];
  readonly all: string | undefined;
}) => {
  const t = useTranslations("onboarding");
  if (checks.every(({ state }) => state === "pass")) return null;
  return (
    <Section title={t("title")} acts={all === undefined ? undefined : <TextLink href={all}>{t("all")}</TextLink>}>
      <Rows>
        {checks.map(({ check, state }) => (
          <li key={check} className="flex items-start gap-3 px-4 py-2.5">
            {CHECK_ICON[state]}
            <span>
              {t(`check.${check}`)} <span className="text-sm text-quiet">{t(`state.${state}`)}</span>
              {state === "pass" ? null : <span className="block text-sm">{t(`fix.${check}`)}</span>}
            </span>
          </li>
        ))}
      </Rows>
    </Section>
  );
};

const Contacts = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("agency");
  const kind = useTranslations("contactKind");
  const [editing, setEditing] = useState(false);
  const edit =
    agency.allowed.includes("update") && !editing ? (
      <Button look="quiet" onPress={() => setEditing(true)}>
        {t("editContacts")}
      </Button>
    ) : undefined;
  return (
    <Section title={t("contacts")} acts={edit}>
      {editing ? <ContactsForm agency={agency} onDone={() => setEditing(false)} /> : null}
      {agency.contacts.length === 0 ? (
        <EmptyState>{t("noContacts")}</EmptyState>
      ) : (
        <Facts
          facts={agency.contacts.map((contact) => [
            kind(contact.kind),
            <span key={contact.email}>
              {contact.name} ·{" "}
              <a href={`mailto:${contact.email}`} className="text-act underline underline-offset-3">
                {contact.email}
              </a>
              {contact.phone === null ? null : <> · {contact.phone}</>}
            </span>,
          ])}
        />
      )}
    </Section>
  );
};

const Servers = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("agency");
  const [adding, setAdding] = useState(false);
  const able = agency.allowed.includes("add_homeserver");
  const add = able && !adding ? <Button onPress={() => setAdding(true)}>{t("addServer")}</Button> : undefined;
  return (
    <Section title={t("servers")} acts={agency.homeservers.length === 0 ? undefined : add}>
      {adding ? <AddServerForm agency={agency.id} onDone={() => setAdding(false)} /> : null}
      {agency.homeservers.length === 0 && !adding ? (
        <EmptyState act={add}>{t("noServers")}</EmptyState>
      ) : (
        <ServerRows agency={agency.id} />
      )}
    </Section>
  );
};

const Identity = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("agency");
  const memberClass = useTranslations("memberClass");
  const agencyState = useTranslations("agencyState");
  const scheme = useTranslations("scheme");
  const [editing, setEditing] = useState(false);
  const edit =
    agency.allowed.includes("update") && !editing ? (
      <Button look="quiet" onPress={() => setEditing(true)} aria-label={t("editTitle")}>
        {t("edit")}
      </Button>
    ) : undefined;
  return (
    <Section title={t("identity")} acts={edit}>
      {editing ? <DetailsForm agency={agency} onDone={() => setEditing(false)} /> : null}
      <Facts
        facts={[
          [scheme(agency.scheme), agency.identifier],
          [
            t("nameSv"),
            <span key="sv" lang="sv">
              {agency.name.sv}
            </span>,
          ],
          [
            t("nameEn"),
            <span key="en" lang="en">
              {agency.name.en}
            </span>,
          ],
          [t("memberClass"), memberClass(agency.memberClass)],
          [t("country"), agency.country],
          [t("state"), agencyState(agency.state)],
          [t("approvers"), t("approversRequired", { count: agency.approversRequired })],
          [t("since"), <When key="since" at={agency.createdAt} day />],
        ]}
      />
    </Section>
  );
};

const Body = ({ agency }: { readonly agency: AgencyView }) => {
  const t = useTranslations("agency");
  const nameOf = useLocalName();
  const request = agency.allowed.includes("request_trust") ? (
    <ButtonLink look="primary" href={`/requests/new?partner=${agency.id}`}>
      {t("request")}
    </ButtonLink>
  ) : agency.agreement === null ? undefined : (
    <ButtonLink look="primary" href={`/agreements/${agency.agreement}`}>
      {t("openAgreement")}
    </ButtonLink>
  );
  return (
    <>
      <PageHead
        title={nameOf(agency.name)}
        answer={t(`answer.${agency.state}`)}
        acts={request}
        trail={{ href: "/directory", label: t("directory"), here: nameOf(agency.name) }}
      />
      <p className="mt-3">
        <RelationPhrase agency={agency} />
      </p>
      <StateActs agency={agency} />
      <Leaving agency={agency} />
      {agency.openChanges.map((id) => (
        <Notice key={id} tone="act">
          {t("openChange")} <TextLink href={`/changes/${id}`}>{t("reviewChange")}</TextLink>
        </Notice>
      ))}
      <Identity agency={agency} />
      <Onboarding
        checks={agency.onboarding}
        all={
          agency.relation === "self" || agency.allowed.includes("update")
            ? `/agencies/${agency.id}/onboarding`
            : undefined
        }
      />
      <Servers agency={agency} />
      <Contacts agency={agency} />
      {agency.allowed.includes("invite_people") ? (
        <>
          <People agency={agency.id} />
          <Invitations agency={agency.id} only />
        </>
      ) : null}
    </>
  );
};

export const Agency = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.agency(id));
  return <Loaded query={query}>{(agency) => <Body agency={agency} />}</Loaded>;
};
