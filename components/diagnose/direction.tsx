"use client";

import { CircleAlert, CircleCheck, CircleDashed, LoaderCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import type { CheckView, DirectionView } from "#lib/contracts/diagnoses.ts";
import { CHECKS } from "#lib/domain/diagnosis-reasons.ts";
import { Rows, Section } from "../ui/page.tsx";
import { useWhen } from "../ui/when.tsx";

const ICONS = {
  pass: <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="flex-none text-force" />,
  fail: <CircleAlert size={20} strokeWidth={1.75} aria-hidden className="flex-none text-stop" />,
  unknown: <CircleDashed size={20} strokeWidth={1.75} aria-hidden className="flex-none text-quiet" />,
  running: <LoaderCircle size={20} strokeWidth={1.75} aria-hidden className="flex-none text-way" />,
} as const;

const MOMENTS = new Set(["until", "at", "since"]);

/** What a sentence names, moments in words. */
const useParams = (): ((params: CheckView["params"]) => Record<string, string>) => {
  const when = useWhen();
  return (params) =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [
        name,
        MOMENTS.has(name) && typeof value === "number" ? when(value) : String(value),
      ]),
    );
};

const Found = ({ check: { check, result, reason, next, params } }: { readonly check: CheckView }) => {
  const t = useTranslations("diagnose");
  const worded = useParams();
  return (
    <li data-check={`${check}:${result}`} className="flex items-start gap-3 px-4 py-2.5">
      {ICONS[result]}
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <b className="font-semibold">{t(`check.${check}`)}</b>{" "}
        <span className="text-quiet">{t(`result.${result}`)}</span>
        <span className="block">{t(`reason.${reason}`, worded(params))}</span>
        {next === null ? null : (
          <span className="block text-sm">
            <b className="font-semibold">{t("nextLabel")}</b> {t(`next.${next}`, worded(params))}
          </span>
        )}
      </span>
    </li>
  );
};

const Awaited = ({ check }: { readonly check: CheckView["check"] }) => {
  const t = useTranslations("diagnose");
  return (
    <li data-check={`${check}:running`} className="flex items-start gap-3 px-4 py-2.5 text-quiet">
      {ICONS.running}
      <span>
        <b className="font-semibold">{t(`check.${check}`)}</b> {t("result.running")}
      </span>
    </li>
  );
};

/** One direction: the answer in a sentence, and each check as it becomes known. */
export const Direction = ({
  direction,
  isRunning,
}: {
  readonly direction: DirectionView;
  readonly isRunning: boolean;
}) => {
  const t = useTranslations("diagnose");
  const { from, to, answer, checks } = direction;
  const title = t("direction", { from, to });
  return (
    <Section title={title} className="min-w-0">
      <p className="mb-3" data-answer={isRunning ? "running" : answer}>
        {isRunning ? t("answer.running") : t(`answer.${answer}`, { from, to })}
      </p>
      <Rows label={title}>
        {CHECKS.flatMap((id) => {
          const check = checks.find((each) => each.check === id);
          if (check !== undefined) return [<Found key={id} check={check} />];
          return isRunning ? [<Awaited key={id} check={id} />] : [];
        })}
      </Rows>
    </Section>
  );
};
