"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Foot, SkipLink } from "./frame-parts.tsx";
import { Mark } from "./rail.tsx";
import { EnvironmentMark, LanguageMenu } from "./top-bar.tsx";

/** The frame of pages outside: signing in, redeeming a link, setting up. */
export const EntryFrame = ({
  federation,
  signedIn = false,
  children,
}: {
  readonly federation?:
    | { readonly name: string; readonly environment: "demo" | "test" | "production" }
    | null
    | undefined;
  readonly signedIn?: boolean;
  readonly children: ReactNode;
}) => {
  const t = useTranslations("nav");
  return (
    <div className="flex min-h-screen flex-col">
      <SkipLink />
      <header className="flex min-h-12 flex-wrap items-center gap-3 border-b border-line px-4 py-2 md:px-8">
        <span className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark />
          {t("product")}
        </span>
        {federation === null || federation === undefined ? null : (
          <>
            <span className="text-sm">{federation.name}</span>
            <EnvironmentMark environment={federation.environment} />
          </>
        )}
        <span className="ml-auto">
          <LanguageMenu signedIn={signedIn} />
        </span>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-[76ch] px-4 pt-10 pb-16 outline-none md:px-8">
        {children}
      </main>
      <Foot />
    </div>
  );
};
