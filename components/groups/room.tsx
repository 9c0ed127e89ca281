"use client";

import { useTranslations } from "next-intl";
import type { GroupView } from "#lib/contracts/groups.ts";
import { Section } from "../ui/page.tsx";
import { lastMomentOf, useDay, useLocalName } from "../ui/when.tsx";

/** For a room of all members: what to call it, and which servers the room itself lets in. */
export const Room = ({ group }: { readonly group: GroupView }) => {
  const t = useTranslations("groups");
  const level = useTranslations("level");
  const nameOf = useLocalName();
  const day = useDay();
  const taking = group.members.filter(({ stage }) => stage === "consented");
  if (taking.length < 2) return null;
  const label = [
    ...(group.ceiling === null ? [] : [t("labelLevel", { level: level(`${group.ceiling}`) })]),
    group.purpose,
    ...(group.end === null ? [] : [t("labelUntil", { day: day(lastMomentOf(group.end)) })]),
    taking.map(({ agency }) => nameOf(agency.name)).join(", "),
  ].join(" · ");
  return (
    <Section title={t("room")} note={t("roomNote")}>
      <h3 className="text-sm font-semibold">{t("roomLabel")}</h3>
      <pre data-room="label" className="mono mt-1 rounded border border-line bg-card px-4 py-3 whitespace-pre-wrap">
        {label}
      </pre>
      <h3 className="mt-4 text-sm font-semibold">{t("roomAcl")}</h3>
      <p className="max-w-[72ch] text-quiet">{t("roomAclHint")}</p>
      <pre data-room="acl" className="mono mt-1 rounded border border-line bg-card px-4 py-3 whitespace-pre-wrap">
        {group.roomAcl}
      </pre>
    </Section>
  );
};
