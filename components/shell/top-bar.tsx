"use client";

import { Search } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Button } from "react-aria-components";
import { MenuButton } from "../ui/menu.tsx";
import { useLocalName } from "../ui/when.tsx";
import { useMe } from "./session.tsx";
import { goSignOut, useSetLocale } from "./sign-in.ts";

export const LANGUAGES = [
  { id: "sv", label: "Svenska", lang: "sv" },
  { id: "en", label: "English", lang: "en" },
] as const;

export const LanguageMenu = ({ signedIn }: { readonly signedIn: boolean }) => {
  const t = useTranslations("top");
  const locale = useLocale();
  const setLocale = useSetLocale();
  return (
    <MenuButton
      label={t("language", { language: LANGUAGES.find(({ id }) => id === locale)?.label ?? locale })}
      entries={LANGUAGES}
      selected={locale}
      onAction={(id) => void setLocale(id === "en" ? "en" : "sv", signedIn)}
    >
      {LANGUAGES.find(({ id }) => id === locale)?.label ?? locale}
    </MenuButton>
  );
};

/** Demo and test are marked on each page; production is not. */
export const EnvironmentMark = ({ environment }: { readonly environment: "demo" | "test" | "production" }) => {
  const t = useTranslations("top");
  if (environment === "production") return null;
  return (
    <span className="rounded-[3px] border border-current px-1.5 text-xs font-semibold tracking-wide text-way uppercase">
      {t(`environment.${environment}`)}
    </span>
  );
};

const AgencySwitch = () => {
  const t = useTranslations("top");
  const { agency, agencies, actFor } = useMe();
  const nameOf = useLocalName();
  if (agency === undefined) return null;
  if (agencies.length === 1) return <span className="truncate text-sm">{nameOf(agency.name)}</span>;
  return (
    <MenuButton
      label={t("agency", { agency: nameOf(agency.name) })}
      entries={agencies.map(({ id, name }) => ({ id, label: nameOf(name) }))}
      selected={agency.id}
      onAction={actFor}
    >
      {nameOf(agency.name)}
    </MenuButton>
  );
};

const PersonMenu = () => {
  const t = useTranslations("top");
  const role = useTranslations("role");
  const { session, agency } = useMe();
  const held = session.memberships.filter((each) => each.agency === null || each.agency.id === agency?.id);
  const roles = [...new Set(held.map((each) => role(each.role)))].join(", ");
  const name = session.person.name ?? t("you");
  return (
    <MenuButton
      label={t("person", { name, roles })}
      entries={[{ id: "out", label: t("signOut") }]}
      onAction={() => void goSignOut()}
    >
      {name} <span className="text-quiet">{roles}</span>
    </MenuButton>
  );
};

export const TopBar = ({ openPalette }: { readonly openPalette: () => void }) => {
  const t = useTranslations("top");
  const { session } = useMe();
  return (
    <header className="no-print flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 md:px-8">
      <b className="text-sm font-semibold">{session.federation.name}</b>
      <EnvironmentMark environment={session.federation.environment} />
      <div className="ml-auto flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
        <AgencySwitch />
        <Button
          onPress={openPalette}
          aria-keyshortcuts="Meta+K Control+K"
          className="inline-flex min-h-8 items-center gap-1.5 rounded border border-edge bg-card px-2 text-sm text-quiet hover:border-act"
        >
          <Search size={16} strokeWidth={1.75} aria-hidden />
          {t("find")}
          <kbd className="mono">⌘K</kbd>
        </Button>
        <LanguageMenu signedIn />
        <PersonMenu />
      </div>
    </header>
  );
};
