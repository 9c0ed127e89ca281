"use client";

import { useRouter } from "next/navigation";
import { acts } from "#lib/client/acts.ts";

const YEAR_S = 31_536_000;

/** Changes the language of this browser, and of the person where one is signed in. */
export const useSetLocale = () => {
  const router = useRouter();
  return async (locale: "sv" | "en", signedIn: boolean): Promise<void> => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we serve
    document.cookie = `tillit.locale=${locale}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
    // The cookie alone changes the pages; that the interface keeps it too is for the next browser.
    if (signedIn) await acts.setLocale(locale).catch(() => undefined);
    router.refresh();
  };
};

const csrfToken = async (): Promise<string> => {
  const response = await fetch("/api/auth/csrf");
  const json: unknown = await response.json();
  return typeof json === "object" && json !== null && "csrfToken" in json ? String(json.csrfToken) : "";
};

/** Signs in with a provider by a fetch that names where to go, since a form may not be sent on to another origin here. */
export const goSignIn = async (provider: string, callbackUrl: string): Promise<void> => {
  const body = new URLSearchParams({ csrfToken: await csrfToken(), callbackUrl, json: "true" });
  const response = await fetch(`/api/auth/signin/${provider}`, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
  });
  const json: unknown = await response.json();
  const url =
    typeof json === "object" && json !== null && "url" in json ? String(json.url) : "/sign-in?error=sign_in_failed";
  window.location.assign(url);
};

/** Ends the session. */
export const goSignOut = async (): Promise<void> => {
  const body = new URLSearchParams({ csrfToken: await csrfToken(), callbackUrl: "/sign-in", json: "true" });
  await fetch("/api/auth/signout", { method: "POST", body, headers: { Accept: "application/json" } }).catch(
    () => undefined,
  );
  window.location.replace("/sign-in");
};
