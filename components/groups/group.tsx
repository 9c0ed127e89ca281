"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { GroupMemberView, GroupPairView, GroupView } from "#lib/contracts/groups.ts";
import { DAY } from "#lib/domain/instant.ts";
import { ShortDigest } from "../trust/terms.tsx";
import { TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, PageHead, Rows, Section } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { lastMomentOf, useDay, useLocalName, When } from "../ui/when.tsx";
import { GroupActs } from "./group-acts.tsx";
import { Room } from "./room.tsx";

const Terms = ({ group }: { readonly group: GroupView }) => {
  const t = useTranslations("groups");
  const level = useTranslations("level");
  const nameOf = useLocalName();
  return (
    <Facts
      facts={[
        [t("purpose"), group.purpose],
        [t("legalBasis"), group.legalBasis],
        [t("effective"), group.ceiling === null ? t("notSaid") : level(`${group.ceiling}`)],
        [
          t("joining"),
          group.objectionMs === null
            ? t("joiningOf.all")
            : t("joiningSilence", { days: Math.round(group.objectionMs / DAY) }),
        ],
        [t("end"), group.end === null ? t("noEnd") : <When key="end" at={lastMomentOf(group.end)} day />],
        [
          t("draftedBy"),
          `${group.createdBy.name ?? "–"}${group.maker === null ? "" : `, ${nameOf(group.maker.name)}`}`,
        ],
        [t("digest"), <ShortDigest key="digest" digest={group.digest} />],
        [t("reach"), t("reachNote")],
      ]}
    />
  );
};

const Stage = ({ member }: { readonly member: GroupMemberView }) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  const names = member.consents.map(({ person }) => person.name ?? "–").join(", ");
  return (
    <>
      {t(`stage.${member.stage}`)}
      {names === "" ? null : ` (${names})`}
      {member.entersAt === null ? null : (
        <span className="block text-quiet">
          {t("entersAt")} <When at={member.entersAt} />
        </span>
      )}
      {member.awaits.length === 0 ? null : (
        <span className="block text-quiet">
          {t("awaits", { agencies: member.awaits.map(({ name }) => nameOf(name)).join(", ") })}
        </span>
      )}
    </>
  );
};

const Members = ({ group }: { readonly group: GroupView }) => {
  const t = useTranslations("groups");
  const level = useTranslations("level");
  const nameOf = useLocalName();
  return (
    <Table
      label={t("members")}
      rows={group.members}
      rowKey={({ agency }) => agency.id}
      columns={[
        {
          key: "agency",
          title: t("agency"),
          cell: ({ agency }) => <TextLink href={`/agencies/${agency.id}`}>{nameOf(agency.name)}</TextLink>,
        },
        { key: "stage", title: t("state"), cell: (member) => <Stage member={member} /> },
        {
          key: "level",
          title: t("brings"),
          hideNarrow: true,
          cell: ({ ceiling }) => (ceiling === null ? "–" : level(`${ceiling}`)),
        },
        {
          key: "servers",
          title: t("servers"),
          hideNarrow: true,
          cell: ({ servers }) => <Mono>{servers.join(", ")}</Mono>,
        },
      ]}
    />
  );
};

const Pair = ({ pair }: { readonly pair: GroupPairView }) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  return (
    <li data-pair={pair.state} className="flex flex-wrap items-baseline gap-x-4 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-72">{`${nameOf(pair.own.name)} – ${nameOf(pair.other.name)}`}</span>
      <span className="text-quiet">
        {t(`pair.${pair.state}`)}
        {pair.silent !== null && pair.state === "open"
          ? ` ${t("bySilence", { agency: nameOf(pair.silent.name) })}`
          : null}
      </span>
      {pair.agreement === null ? null : (
        <TextLink href={`/agreements/${pair.agreement}`}>
          {t("toAgreement", { agency: nameOf(pair.other.name) })}
        </TextLink>
      )}
    </li>
  );
};

const Log = ({ group }: { readonly group: GroupView }) => {
  const t = useTranslations("groups");
  const nameOf = useLocalName();
  return (
    <Rows label={t("log")}>
      {group.acts.map(({ kind, agency, about, person, at, reason }) => (
        <li key={`${at} ${kind} ${person.id} ${about?.id ?? ""}`} className="px-4 py-2.5">
          {t(`act.${kind}`, { about: about === null ? "" : nameOf(about.name) })}
          <span className="block text-sm text-quiet">
            {person.name ?? "–"}
            {agency === null ? null : `, ${nameOf(agency.name)}`} <When at={at} />
            {reason === null ? null : ` · ${reason}`}
          </span>
        </li>
      ))}
    </Rows>
  );
};

const Body = ({ group }: { readonly group: GroupView }) => {
  const t = useTranslations("groups");
  const day = useDay();
  const { open, of } = group.doors;
  const until = group.end === null ? "" : ` ${t("until", { day: day(lastMomentOf(group.end)) })}`;
  return (
    <>
      <PageHead
        title={group.name}
        answer={`${t(`answerOf.${group.state}`, { open, of })}${until}`}
        trail={{ href: "/circles", label: t("title"), here: group.name }}
      />
      <GroupActs group={group} />
      <Section title={t("terms")} note={t(`kindOf.${group.kind}`)}>
        <Terms group={group} />
      </Section>
      <Section title={t("members")} note={t("membersNote")}>
        <Members group={group} />
      </Section>
      {group.pairs.length === 0 ? null : (
        <Section title={t("pairs")} note={t("pairsNote")}>
          <Rows label={t("pairs")}>
            {group.pairs.map((pair) => (
              <Pair key={`${pair.own.id} ${pair.other.id}`} pair={pair} />
            ))}
          </Rows>
        </Section>
      )}
      <Room group={group} />
      {group.acts.length === 0 ? null : (
        <Section title={t("log")}>
          <Log group={group} />
        </Section>
      )}
    </>
  );
};

/** One circle or task force: what it is, who takes part, what it opens, and what the reader may do. */
export const Group = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.group(id));
  return <Loaded query={query}>{(group) => <Body group={group} />}</Loaded>;
};
