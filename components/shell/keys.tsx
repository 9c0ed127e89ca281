"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Dialog } from "../ui/dialog.tsx";

/** Single keys go somewhere, and nowhere do they decide anything. */
export const GO_KEYS = [
  { key: "o", href: "/", name: "overview" },
  { key: "i", href: "/inbox", name: "inbox" },
  { key: "d", href: "/directory", name: "directory" },
  { key: "a", href: "/agreements", name: "agreements" },
  { key: "s", href: "/servers", name: "servers" },
  { key: "l", href: "/audit", name: "audit" },
] as const;

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** ⌘K or Ctrl+K finds, `?` lists the keys, `g` and a letter goes. */
export const useKeys = ({ palette, list }: { readonly palette: () => void; readonly list: () => void }): void => {
  const router = useRouter();
  const going = useRef(0);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        palette();
        return;
      }
      if (isTyping(event) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === "?") list();
      if (event.key === "g") {
        going.current = event.timeStamp;
        return;
      }
      const place = GO_KEYS.find(({ key }) => key === event.key);
      if (place !== undefined && event.timeStamp - going.current < 1_500) router.push(place.href);
      going.current = 0;
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [palette, list, router]);
};

const Kbd = ({ children }: { readonly children: string }) => (
  <kbd className="mono rounded border border-edge px-1.5 py-0.5">{children}</kbd>
);

/** The list behind `?`. */
export const KeyList = ({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) => {
  const t = useTranslations("keys");
  const nav = useTranslations("nav");
  const rows = [
    { keys: "⌘K / Ctrl+K", does: t("find") },
    { keys: "?", does: t("list") },
    ...GO_KEYS.map(({ key, name }) => ({ keys: `g ${key}`, does: t("goTo", { place: nav(name) }) })),
    { keys: "j / k", does: t("inbox") },
    { keys: "Enter", does: t("open") },
    { keys: "Esc", does: t("close") },
  ];
  return (
    <Dialog title={t("title")} isOpen={isOpen} onClose={close}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2.5">
        {rows.map(({ keys, does }) => (
          <div key={keys} className="col-span-full grid grid-cols-subgrid items-center">
            <dt>
              <Kbd>{keys}</Kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-sm text-quiet">{t("neverDecide")}</p>
    </Dialog>
  );
};
