"use client";

import { useMessages, useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { problemOf } from "#lib/client/http.ts";
import type { Problem } from "#lib/contracts/problem.ts";
import { Button, TextLink } from "./button.tsx";

type Params = Readonly<Record<string, string | number>>;

/** A code of the interface as a sentence of our own; what the interface said, for a code that is new to us. */
export const useSentence = () => {
  const known: Readonly<Record<string, unknown>> = useMessages()["errors"];
  return (code: string, params: Params | undefined, otherwise: string): string => {
    const sentence = known[code];
    if (typeof sentence !== "string") return otherwise === "" ? String(known["internal"]) : otherwise;
    return sentence.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(params?.[name] ?? "–"));
  };
};

export const useProblemSentence = (): ((problem: Problem) => string) => {
  const sentence = useSentence();
  return ({ code, params, detail }) => sentence(code, params, detail);
};

/** The faults of a problem by field path, each as a sentence. */
export const useFieldErrors = (error: unknown): Readonly<Record<string, string>> => {
  const sentence = useSentence();
  if (error === null || error === undefined) return {};
  return Object.fromEntries(
    (problemOf(error).fields ?? []).map(({ path, code, params, detail }) => [path, sentence(code, params, detail)]),
  );
};

export type Fault = { readonly field: string; readonly sentence: string };

/** What stands in the way, above the form; takes focus when it appears, and each line leads to its field. */
export const ErrorSummary = ({ faults, error }: { readonly faults: readonly Fault[]; readonly error?: unknown }) => {
  const t = useTranslations("ui");
  const sentence = useProblemSentence();
  const box = useRef<HTMLDivElement>(null);
  const problem = error === null || error === undefined ? undefined : problemOf(error);
  const shown = faults.length > 0 || problem !== undefined;
  useEffect(() => {
    if (shown) box.current?.focus();
  }, [shown]);
  if (!shown) return null;
  return (
    <div ref={box} role="alert" tabIndex={-1} className="mt-5 max-w-2xl rounded border-2 border-stop bg-card px-5 py-4">
      <h2 className="text-base">{t("errorSummary")}</h2>
      {problem === undefined ? null : (
        <>
          <ProblemLine problem={problem} sentence={sentence(problem)} />
          <BrokenDemands problem={problem} />
        </>
      )}
      {faults.length === 0 ? null : (
        <ul className="mt-2 list-disc pl-5">
          {faults.map(({ field, sentence: text }) => (
            <li key={field}>
              <a href={`#${field}`} className="font-semibold text-stop underline underline-offset-3">
                {text}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

/** Several demands that one answer breaks are each said: a single sentence would send the reader back once for each. */
const BrokenDemands = ({ problem }: { readonly problem: Problem }) => {
  const sentence = useSentence();
  if (problem.code !== "minimum_rules_broken") return null;
  return (
    <ul className="mt-2 list-disc pl-5">
      {(problem.fields ?? []).map(({ code, params, detail }) => (
        <li key={code}>{sentence(code, params, detail)}</li>
      ))}
    </ul>
  );
};

const ProblemLine = ({ problem, sentence }: { readonly problem: Problem; readonly sentence: string }) => {
  const t = useTranslations("ui");
  return (
    <p className="mt-1">
      {sentence} {problem.link === undefined ? null : <TextLink href={problem.link}>{t("goThere")}</TextLink>}
    </p>
  );
};

/** What an act was answered, where there is no form around it. */
export const Refused = ({ error }: { readonly error: unknown }) =>
  error === null || error === undefined ? null : <ErrorSummary faults={[]} error={error} />;

/** A question that got no answer, and nothing older to show. */
export const CouldNotLoad = ({ error, retry }: { readonly error: unknown; readonly retry: () => void }) => {
  const t = useTranslations("ui");
  const sentence = useProblemSentence();
  const problem = problemOf(error);
  return (
    <div role="alert" className="mt-6 max-w-2xl rounded border border-stop bg-card px-5 py-4">
      <p className="font-semibold">{sentence(problem)}</p>
      {problem.instance === "" ? null : <p className="mono mt-1 text-quiet">{problem.instance}</p>}
      <div className="mt-3">
        <Button onPress={retry}>{t("tryAgain")}</Button>
      </div>
    </div>
  );
};

/** The picture of a page whose answer is on its way: quiet, and said to a screen reader. */
export const OnItsWay = ({ children }: { readonly children?: ReactNode }) => {
  const t = useTranslations("ui");
  return (
    <p role="status" className="mt-6 text-quiet">
      {children ?? t("loading")}
    </p>
  );
};
