"use client";

import { useTranslations } from "next-intl";
import { NoticeChoices } from "../notices/choices.tsx";
import { holds, useMe } from "../shell/session.tsx";
import { TextLink } from "../ui/button.tsx";
import { Facts, PageHead, Section } from "../ui/page.tsx";
import { useLocalName } from "../ui/when.tsx";
import { CalendarFeed } from "./calendar.tsx";
import { FederationSettings } from "./federation-settings.tsx";
import { Invitations } from "./invitations.tsx";
import { LevelNames } from "./level-names.tsx";
import { People } from "./people.tsx";
import { TemplateSettings } from "./templates.tsx";
import { Tokens } from "./tokens.tsx";

const Mine = () => {
  const t = useTranslations("settings");
  const role = useTranslations("role");
  const { session } = useMe();
  const nameOf = useLocalName();
  return (
    <Section title={t("me")}>
      <Facts
        facts={[
          [t("name"), session.person.name],
          [t("signedInBy"), session.method === "link" ? t("byLink") : (session.provider ?? t("byProvider"))],
          [t("level"), session.acr ?? t("noLevel")],
          [
            t("roles"),
            <ul key="roles">
              {session.memberships.map((held) => (
                <li key={held.id}>
                  {role(held.role)}
                  {held.agency === null ? null : (
                    <>
                      {" · "}
                      {nameOf(held.agency.name)}
                    </>
                  )}
                  {held.operator === null ? null : (
                    <>
                      {" · "}
                      {held.operator.name}
                    </>
                  )}
                </li>
              ))}
            </ul>,
          ],
        ]}
      />
    </Section>
  );
};

/** The reader, the people of the agency, invitations, tokens. */
export const Settings = () => {
  const t = useTranslations("settings");
  const w = useTranslations("webhooks");
  const me = useMe();
  const manages = me.isCoordinator || holds(me, "administrator");
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        acts={
          <>
            <TextLink href="/settings/webhooks">{w("link")}</TextLink>
            {me.agency === undefined ? null : <TextLink href="/settings/approval-rules">{t("approvalRules")}</TextLink>}
            <TextLink href="/settings/rules">{t("federationRules")}</TextLink>
            <TextLink href="/changes">{t("changes")}</TextLink>
          </>
        }
      />
      <Mine />
      <NoticeChoices />
      {manages ? (
        <>
          <People />
          <Invitations agency={me.agency?.id} />
        </>
      ) : null}
      {me.agency === undefined ? null : <LevelNames key={me.agency.id} agency={me.agency.id} />}
      {me.agency === undefined ? null : <TemplateSettings key={`templates ${me.agency.id}`} agency={me.agency.id} />}
      {me.isCoordinator ? <FederationSettings /> : null}
      {me.isCoordinator ? <TemplateSettings agency={null} /> : null}
      <CalendarFeed />
      <Tokens />
    </>
  );
};
