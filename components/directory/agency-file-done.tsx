"use client";

import { useTranslations } from "next-intl";
import type { ImportedAgencies } from "#lib/contracts/agency-file.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Mono, Notice, Section } from "../ui/page.tsx";
import { type Column, Table } from "../ui/table.tsx";

type Invitation = ImportedAgencies["invitations"][number];

const useColumns = (): readonly Column<Invitation>[] => {
  const t = useTranslations("agencyFile");
  const role = useTranslations("role");
  return [
    { key: "agency", title: t("agency"), cell: ({ agency }) => agency },
    { key: "role", title: t("role"), cell: (invitation) => role(invitation.role) },
    { key: "email", title: t("email"), cell: ({ email }) => email },
    { key: "mailed", title: t("mailed"), cell: ({ mailed }) => (mailed ? t("yes") : t("no")) },
    {
      key: "link",
      title: t("link"),
      cell: ({ url }) =>
        url === null ? (
          ""
        ) : (
          <span data-secret>
            <Mono>{url}</Mono>
          </span>
        ),
    },
  ];
};

/** What was brought in, and the links that nobody can see again. */
export const BroughtIn = ({ imported: { agencies, invitations } }: { readonly imported: ImportedAgencies }) => {
  const t = useTranslations("agencyFile");
  const columns = useColumns();
  return (
    <>
      <Notice tone="act" title={t("done", { count: agencies.length })}>
        <ButtonLink href="/directory?state=invited">{t("toDirectory")}</ButtonLink>
      </Notice>
      {invitations.length === 0 ? null : (
        <Section title={t("links")} note={t("linksNote")}>
          <Table
            label={t("links")}
            columns={columns}
            rows={invitations}
            rowKey={({ agency, role, email }) => `${agency} ${role} ${email}`}
          />
        </Section>
      )}
    </>
  );
};
