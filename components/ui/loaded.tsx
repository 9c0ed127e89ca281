"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { problemOf } from "#lib/client/http.ts";
import { Button } from "./button.tsx";
import { CouldNotLoad, OnItsWay, useProblemSentence } from "./problem.tsx";
import { When } from "./when.tsx";

type Asked<T> = Pick<UseQueryResult<T>, "data" | "error" | "dataUpdatedAt"> & { readonly refetch: () => unknown };

/** Says that what is shown is old, why, and how to ask again. */
const Stale = ({ error, at, retry }: { readonly error: unknown; readonly at: number; readonly retry: () => void }) => {
  const t = useTranslations("ui");
  const sentence = useProblemSentence();
  return (
    <div
      role="status"
      className="no-print mb-4 flex flex-wrap items-center gap-3 border-l-4 border-way bg-way-soft px-3.5 py-2"
    >
      <CircleAlert size={16} strokeWidth={1.75} aria-hidden className="text-way" />
      <span>
        {t("asOf")} <When at={at} />
        {": "}
        {sentence(problemOf(error))}
      </span>
      <Button look="quiet" onPress={retry}>
        {t("tryAgain")}
      </Button>
    </div>
  );
};

/**
 * Shows an answer in each of its states. A later error keeps what was known, with its time; there are no spinners.
 */
export const Loaded = <T,>({
  query,
  children,
}: {
  readonly query: Asked<T>;
  readonly children: (data: T) => ReactNode;
}) => {
  const retry = (): void => {
    query.refetch();
  };
  if (query.data === undefined)
    return query.error === null ? <OnItsWay /> : <CouldNotLoad error={query.error} retry={retry} />;
  return (
    <>
      {query.error === null ? null : <Stale error={query.error} at={query.dataUpdatedAt} retry={retry} />}
      {children(query.data)}
    </>
  );
};

/** Asks for the next page of a list, while there is one. */
export const More = ({
  query,
}: {
  readonly query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) => {
  const t = useTranslations("ui");
  if (!query.hasNextPage) return null;
  return (
    <div className="no-print mt-4">
      <Button isPending={query.isFetchingNextPage} onPress={() => query.fetchNextPage()}>
        {t("showMore")}
      </Button>
    </div>
  );
};
