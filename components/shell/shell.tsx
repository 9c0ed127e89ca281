"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { problemOf } from "#lib/client/http.ts";
import { queries } from "#lib/client/queries.ts";
import type { SessionView } from "#lib/contracts/session.ts";
import { CouldNotLoad, OnItsWay } from "../ui/problem.tsx";
import { Foot, SkipLink } from "./frame-parts.tsx";
import { KeyList, useKeys } from "./keys.tsx";
import { useLive } from "./live.tsx";
import { Palette } from "./palette.tsx";
import { Rail } from "./rail.tsx";
import { MeProvider } from "./session.tsx";
import { Stranger } from "./stranger.tsx";
import { TopBar } from "./top-bar.tsx";

/** What each page says while it holds: a session begun by a link, and that no word of changes would reach us. */
const Banners = ({ session, lost }: { readonly session: SessionView; readonly lost: boolean }) => {
  const t = useTranslations("banner");
  return (
    <>
      {session.federation.environment === "demo" ? (
        <p className="no-print border-b border-line bg-way-soft px-4 py-1.5 text-sm md:px-8">{t("demo")}</p>
      ) : null}
      {session.method === "link" ? (
        <p className="border-b border-way bg-way-soft px-4 py-1.5 text-sm md:px-8">{t("link")}</p>
      ) : null}
      {lost ? (
        <p role="status" className="no-print border-b border-way bg-way-soft px-4 py-1.5 text-sm md:px-8">
          {t("lost")}
        </p>
      ) : null}
    </>
  );
};

const Inside = ({ session, children }: { readonly session: SessionView; readonly children: ReactNode }) => {
  const [open, setOpen] = useState<"palette" | "keys" | undefined>();
  const live = useLive();
  const palette = useCallback(() => setOpen("palette"), []);
  const list = useCallback(() => setOpen("keys"), []);
  const close = useCallback(() => setOpen(undefined), []);
  useKeys({ palette, list });
  return (
    <MeProvider session={session}>
      <SkipLink />
      <div className="min-h-screen md:grid md:grid-cols-[auto_1fr]" data-live={live}>
        <Rail />
        <div className="flex min-w-0 flex-col">
          <TopBar openPalette={palette} />
          <Banners session={session} lost={live === "lost"} />
          <main id="content" tabIndex={-1} className="w-full max-w-[1180px] px-4 pt-7 pb-16 outline-none md:px-8">
            {children}
          </main>
          <Foot />
        </div>
      </div>
      <Palette isOpen={open === "palette"} close={close} />
      <KeyList isOpen={open === "keys"} close={close} />
    </MeProvider>
  );
};

/** The frame of every signed-in page. Who is not signed in is led to sign in, and back here afterwards. */
export const Shell = ({ children }: { readonly children: ReactNode }) => {
  const session = useQuery(queries.session());
  const router = useRouter();
  const out = session.error !== null && problemOf(session.error).code === "not_signed_in";
  useEffect(() => {
    if (out) router.replace(`/sign-in?to=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  }, [out, router]);
  if (session.data !== undefined && !out)
    return session.data.memberships.length === 0 ? (
      <Stranger session={session.data} />
    ) : (
      <Inside session={session.data}>{children}</Inside>
    );
  return (
    <main className="p-8">
      {session.error === null || out ? (
        <OnItsWay />
      ) : (
        <CouldNotLoad error={session.error} retry={() => void session.refetch()} />
      )}
    </main>
  );
};
