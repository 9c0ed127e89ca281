"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { DiagnosisView } from "#lib/contracts/diagnoses.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, PageHead } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { SelectInput } from "../ui/select.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { When } from "../ui/when.tsx";
import { Direction } from "./direction.tsx";
import { WorksBetween } from "./works-between.tsx";

/** Word may be lost while it runs: asked anew this often beside the events, in ms. */
const ASK_AGAIN_MS = 3_000;
const MOST_CHOICES = 200;

const isOver = ({ state }: DiagnosisView): boolean => state === "done" || state === "failed";

/** The servers to choose from, by name; one that a link named is there even where the list ends before it. */
const useServers = (...named: readonly (string | undefined)[]) => {
  const list = useInfiniteQuery(queries.homeservers({ limit: MOST_CHOICES }));
  const [first, second] = named.map((id) => id ?? "");
  const one = useQuery({ ...queries.homeserver(first ?? ""), enabled: first !== "" });
  const other = useQuery({ ...queries.homeserver(second ?? ""), enabled: second !== "" });
  const known = [...(list.data?.pages.flatMap(({ items }) => items) ?? []), one.data, other.data];
  const names = new Map(known.flatMap((server) => (server === undefined ? [] : [[server.id, server.serverName]])));
  return [...names].map(([value, label]) => ({ value, label })).toSorted((a, b) => a.label.localeCompare(b.label));
};

const Choose = ({ start }: { readonly start: (from: string, to: string) => void }) => {
  const t = useTranslations("diagnose");
  const { get, set } = useUrlFilter();
  const [from, to] = [get("from") ?? "", get("to") ?? ""];
  const servers = useServers(from, to);
  const select = (name: "from" | "to", value: string) => (
    <div className="min-w-64 flex-1">
      <SelectInput
        name={name}
        label={t(name)}
        options={servers.filter((option) => option.value !== (name === "from" ? to : from))}
        value={value}
        onChange={(chosen) => set(name, chosen)}
      />
    </div>
  );
  return (
    <div className="no-print mt-5 flex max-w-4xl flex-wrap items-end gap-4">
      {select("from", from)}
      {select("to", to)}
      <Button look="primary" isDisabled={from === "" || to === ""} onPress={() => start(from, to)}>
        {t("start")}
      </Button>
    </div>
  );
};

const Answer = ({ diagnosis }: { readonly diagnosis: DiagnosisView }) => {
  const t = useTranslations("diagnose");
  const names = [diagnosis.from.serverName, diagnosis.to.serverName] as const;
  const empty = (from: string, to: string) => ({ from, to, answer: "unknown" as const, checks: [] });
  const [there = empty(names[0], names[1]), back = empty(names[1], names[0])] = diagnosis.directions;
  const isRunning = !isOver(diagnosis);
  return (
    <>
      <p className="mt-5" role="status" data-diagnosis={diagnosis.state}>
        {t(`state.${diagnosis.state}`)}{" "}
        <span className="text-quiet">{t.rich("asked", { at: () => <When at={diagnosis.askedAt} /> })}</span>
      </p>
      {diagnosis.state === "failed" ? null : (
        <div className="grid gap-x-7 lg:grid-cols-2">
          <Direction direction={there} isRunning={isRunning} />
          <Direction direction={back} isRunning={isRunning} />
        </div>
      )}
      <WorksBetween one={diagnosis.from.id} other={diagnosis.to.id} />
    </>
  );
};

const Shown = ({ id }: { readonly id: string }) => {
  const query = useQuery({
    ...queries.diagnosis(id),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : ASK_AGAIN_MS),
  });
  return <Loaded query={query}>{(diagnosis) => <Answer diagnosis={diagnosis} />}</Loaded>;
};

/** Whether two servers reach each other: asked here, found out by the worker, shown as it becomes known. */
export const Diagnose = () => {
  const t = useTranslations("diagnose");
  const { get, set } = useUrlFilter();
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: acts.diagnose,
    onSuccess: (diagnosis) => {
      client.setQueryData(queries.diagnosis(diagnosis.id).queryKey, diagnosis);
      set("id", diagnosis.id);
    },
  });
  const id = get("id");
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("intro")}
        trail={{ href: "/servers", label: t("servers"), here: t("title") }}
      />
      <Choose start={(from, to) => ask.mutate({ from, to })} />
      <Refused error={ask.error} />
      {id === undefined ? (
        <div className="mt-6">
          <EmptyState>{t("none")}</EmptyState>
        </div>
      ) : (
        <Shown id={id} />
      )}
    </>
  );
};
