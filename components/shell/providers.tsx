"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { NextIntlClientProvider, useTranslations } from "next-intl";
import { type ComponentProps, type ReactNode, useState, useSyncExternalStore } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { ApiProblem } from "#lib/client/http.ts";
import { Toasts } from "../ui/toast.tsx";

type Messages = NonNullable<ComponentProps<typeof NextIntlClientProvider>["messages"]>;

/** Only a question that got no answer at all is asked again by itself; what was refused would be refused again. */
const again = (count: number, error: Error): boolean =>
  count < 2 && error instanceof ApiProblem && error.problem.code === "unreachable";

const makeClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: { queries: { retry: again, staleTime: 5_000, refetchOnWindowFocus: true } },
  });

/**
 * Whether the page runs in a browser. Pages are drawn there only: what they show comes from the interface, with the
 * reader's own rights, and components that place themselves write styles, which a server's HTML may not carry here.
 */
const useInBrowser = (): boolean =>
  useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );

const Starting = () => {
  const t = useTranslations("ui");
  return (
    <main className="p-8 text-quiet">
      <noscript>{t("needsScript")}</noscript>
    </main>
  );
};

export const Providers = ({
  locale,
  messages,
  children,
}: {
  readonly locale: "sv" | "en";
  readonly messages: Messages;
  readonly children: ReactNode;
}) => {
  const [client] = useState(makeClient);
  const router = useRouter();
  const inBrowser = useInBrowser();
  return (
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="Europe/Stockholm">
      <I18nProvider locale={locale === "sv" ? "sv-SE" : "en-GB"}>
        <RouterProvider navigate={(to) => router.push(to)}>
          <QueryClientProvider client={client}>
            {inBrowser ? <Toasts>{children}</Toasts> : <Starting />}
          </QueryClientProvider>
        </RouterProvider>
      </I18nProvider>
    </NextIntlClientProvider>
  );
};
