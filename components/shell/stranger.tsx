"use client";

import { useTranslations } from "next-intl";
import type { SessionView } from "#lib/contracts/session.ts";
import { Button } from "../ui/button.tsx";
import { Notice, PageHead } from "../ui/page.tsx";
import { EntryFrame } from "./entry-frame.tsx";
import { goSignOut } from "./sign-in.ts";

/** Signed in, and member of nothing: what that means, and how to ask. */
export const Stranger = ({ session }: { readonly session: SessionView }) => {
  const t = useTranslations("stranger");
  return (
    <EntryFrame federation={session.federation} signedIn>
      <PageHead title={t("title")} answer={t("answer", { federation: session.federation.name })} />
      <Notice tone="act">{t("how")}</Notice>
      <p className="mt-4 text-sm text-quiet">{t("who", { name: session.person.name ?? session.person.id })}</p>
      <div className="mt-6">
        <Button onPress={() => void goSignOut()}>{t("signOut")}</Button>
      </div>
    </EntryFrame>
  );
};
