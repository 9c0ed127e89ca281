import "@fontsource-variable/source-sans-3/wght.css";
import "@fontsource-variable/source-sans-3/wght-italic.css";
import "@fontsource/ibm-plex-mono/latin-500.css";
import "@fontsource/ibm-plex-mono/latin-ext-500.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { Providers } from "#components/shell/providers.tsx";
import { messagesOf, requestLocale, translator } from "./locale.ts";

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await translator();
  return {
    title: { default: t("nav.product"), template: `%s · ${t("nav.product")}` },
    description: t("nav.description"),
    robots: { index: false },
  };
};

export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

const Layout = async ({ children }: { readonly children: ReactNode }) => {
  const locale = await requestLocale();
  const nonce = (await headers()).get("x-nonce") ?? "";
  return (
    <html lang={locale}>
      <head>
        {/* Read by the components that put a style of their own into the page. */}
        <meta property="csp-nonce" content={nonce} nonce={nonce} />
      </head>
      <body>
        <Providers locale={locale} messages={messagesOf(locale)}>
          {children}
        </Providers>
      </body>
    </html>
  );
};

export default Layout;
