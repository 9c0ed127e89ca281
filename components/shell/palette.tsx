"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Autocomplete, Input, Label, ListBox, ListBoxItem, SearchField, useFilter } from "react-aria-components";
import { queries } from "#lib/client/queries.ts";
import { Dialog } from "../ui/dialog.tsx";
import { INPUT } from "../ui/field.tsx";
import { ITEM } from "../ui/select.tsx";
import { useLocalName } from "../ui/when.tsx";
import { PLACES } from "./nav.ts";

type Found = { readonly id: string; readonly label: string; readonly kind: string };

/** Everything that can be gone to: the places, what can be begun, agencies, servers and agreements by name. */
const useFound = (search: string): readonly Found[] => {
  const t = useTranslations("palette");
  const nav = useTranslations("nav");
  const nameOf = useLocalName();
  const agencies = useInfiniteQuery(queries.agencies({ q: search.trim(), limit: 20 })).data?.pages[0]?.items ?? [];
  const servers = useInfiniteQuery(queries.homeservers({ q: search.trim(), limit: 20 })).data?.pages[0]?.items ?? [];
  const agreements = useInfiniteQuery(queries.agreements({ limit: 50 })).data?.pages[0]?.items ?? [];
  return [
    ...PLACES.map(({ key, href }) => ({ id: href, label: nav(key), kind: t("place") })),
    { id: "/requests/new", label: t("newRequest"), kind: t("act") },
    { id: "/changes", label: t("changes"), kind: t("place") },
    ...agencies.map(({ id, name }) => ({ id: `/agencies/${id}`, label: nameOf(name), kind: t("agency") })),
    ...servers.map(({ id, serverName }) => ({ id: `/servers/${id}`, label: serverName, kind: t("server") })),
    ...agreements.map(({ id, parties }) => ({
      id: `/agreements/${id}`,
      label: parties.map(({ agency }) => nameOf(agency.name)).join(" · "),
      kind: t("agreement"),
    })),
  ];
};

const Search = ({ close }: { readonly close: () => void }) => {
  const t = useTranslations("palette");
  const router = useRouter();
  const [search, setSearch] = useState("");
  const { contains } = useFilter({ sensitivity: "base" });
  const found = useFound(search);
  return (
    <Autocomplete filter={contains} inputValue={search} onInputChange={setSearch}>
      <SearchField autoFocus className="flex flex-col gap-1">
        <Label className="sr-only">{t("label")}</Label>
        <Input className={INPUT} placeholder={t("placeholder")} />
      </SearchField>
      <ListBox
        aria-label={t("results")}
        items={found}
        onAction={(key) => {
          router.push(String(key));
          close();
        }}
        renderEmptyState={() => <p className="px-2.5 py-2 text-quiet">{t("nothing")}</p>}
        className="mt-3 max-h-80 overflow-auto outline-none"
      >
        {(item) => (
          <ListBoxItem textValue={item.label} className={ITEM}>
            <span className="truncate">{item.label}</span>
            <span className="flex-none text-xs text-quiet">{item.kind}</span>
          </ListBoxItem>
        )}
      </ListBox>
    </Autocomplete>
  );
};

/** Finds everything by name. */
export const Palette = ({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) => {
  const t = useTranslations("palette");
  return (
    <Dialog title={t("title")} isOpen={isOpen} onClose={close}>
      <Search close={close} />
    </Dialog>
  );
};
