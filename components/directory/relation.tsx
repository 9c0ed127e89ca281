"use client";

import clsx from "clsx";
import { Building2, CircleDashed, CirclePause, FileSignature, Hourglass, type LucideIcon } from "lucide-react";
import { useTranslations } from "next-intl";
import type { AgencySummary, Relation } from "#lib/contracts/directory.ts";
import { TextLink } from "../ui/button.tsx";

/** What the two have agreed, which is not yet what is in force: that stands on the agreement. */
const LOOKS: Readonly<Record<Relation, { readonly icon: LucideIcon; readonly tone: string }>> = {
  self: { icon: Building2, tone: "text-quiet" },
  trusted: { icon: FileSignature, tone: "text-force" },
  pending: { icon: Hourglass, tone: "text-way" },
  suspended: { icon: CirclePause, tone: "text-quiet" },
  none: { icon: CircleDashed, tone: "text-quiet" },
};

export const RelationPhrase = ({ agency }: { readonly agency: AgencySummary }) => {
  const t = useTranslations("relation");
  const { icon: Icon, tone } = LOOKS[agency.relation];
  const words = t(agency.relation);
  return (
    <span className={clsx("inline-flex items-center gap-1.5 font-semibold whitespace-nowrap", tone)}>
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      {agency.agreement === null ? words : <TextLink href={`/agreements/${agency.agreement}`}>{words}</TextLink>}
    </span>
  );
};
