"use client";

import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import { useMessages, useTranslations } from "next-intl";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { DISCOVERY_STEPS } from "#lib/domain/directory.ts";
import { EmptyState, Rows } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";

type Step = HomeserverView["discovery"][number];

const ICONS = {
  pass: <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="flex-none text-force" />,
  fail: <CircleAlert size={20} strokeWidth={1.75} aria-hidden className="flex-none text-stop" />,
  unknown: <CircleDashed size={20} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />,
  running: <LoaderCircle size={20} strokeWidth={1.75} aria-hidden className="flex-none text-way" />,
} as const;

/** How to mend a step, by its code; a code that is new to us is shown as it is. */
const useFix = (): ((code: string) => string) => {
  const known: Readonly<Record<string, unknown>> = useMessages()["fixes"];
  return (code) => {
    const text = known[code];
    return typeof text === "string" ? text : code;
  };
};

const shown = (detail: Step["detail"]): string =>
  Object.entries(detail)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(" · ");

/** The steps by which the server was found, each with what came of it and how to mend it. They arrive as they happen. */
export const Discovery = ({ steps }: { readonly steps: readonly Step[] }) => {
  const t = useTranslations("discovery");
  const fix = useFix();
  if (steps.length === 0) return <EmptyState>{t("none")}</EmptyState>;
  const ordered = steps.toSorted((a, b) => DISCOVERY_STEPS.indexOf(a.step) - DISCOVERY_STEPS.indexOf(b.step));
  return (
    <Rows label={t("title")}>
      {ordered.map(({ step, state, detail, fixCode, at }) => (
        <li key={step} data-step={`${step}:${state}`} className="flex items-start gap-3 px-4 py-2.5">
          {ICONS[state]}
          <span className="min-w-0 flex-1">
            <b className="font-semibold">{t(`step.${step}`)}</b>{" "}
            <span className="text-quiet">{t(`state.${state}`)}</span>
            <span className="mono block text-quiet">{shown(detail)}</span>
            {fixCode === null ? null : <span className="block text-sm">{fix(fixCode)}</span>}
          </span>
          <span className="text-xs text-quiet">
            <When at={at} />
          </span>
        </li>
      ))}
    </Rows>
  );
};
