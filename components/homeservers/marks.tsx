"use client";

import clsx from "clsx";
import { Eye, KeyRound, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import type { HomeserverSummary } from "#lib/contracts/homeservers.ts";

/** Whether the portal's list is in force on the server, or only watched. */
export const ModeMark = ({ mode }: { readonly mode: HomeserverSummary["mode"] }) => {
  const t = useTranslations("mode");
  const Icon = mode === "enforce" ? ShieldCheck : Eye;
  return (
    <span className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap", mode === "observe" && "text-way")}>
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      {t(mode)}
    </span>
  );
};

const TONES = { pinned: "text-force", unknown: "text-quiet", changed: "text-stop font-semibold" } as const;

/** Whether the server's own keys are the ones its agency knows. */
export const IdentityMark = ({ state }: { readonly state: HomeserverSummary["identityState"] }) => {
  const t = useTranslations("identityState");
  return (
    <span className={clsx("inline-flex items-center gap-1.5 whitespace-nowrap", TONES[state])}>
      <KeyRound size={16} strokeWidth={1.75} aria-hidden />
      {t(state)}
    </span>
  );
};
