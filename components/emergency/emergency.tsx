"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { EmergencyView, StopView } from "#lib/contracts/emergency.ts";
import { ReasonForm } from "../homeservers/reason-form.tsx";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Facts, Notice, PageHead, Section } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";
import { Reach } from "./reach.tsx";
import { StartForm } from "./start-form.tsx";

type Move = StopView["allowed"][number];

const useDecide = (stop: StopView, onDone: () => void) => {
  const t = useTranslations("emergency");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.decideStop>[1]) => acts.decideStop(stop.id, body, stop.version),
    onSuccess: (_, { move }) => {
      say(t(`done.${move}`));
      onDone();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["emergency"] }),
  });
};

const Decide = ({ stop }: { readonly stop: StopView }) => {
  const t = useTranslations("emergency");
  const nameOf = useLocalName();
  const [move, setMove] = useState<Move>();
  const decide = useDecide(stop, () => setMove(undefined));
  const agency = nameOf(stop.agency.name);
  if (move === undefined)
    return (
      <div className="no-print mt-4 flex flex-wrap gap-3">
        {stop.allowed.map((each) => (
          <Button key={each} look={each === "confirm" ? "primary" : "quiet"} onPress={() => setMove(each)}>
            {t(`open.${each}`)}
          </Button>
        ))}
      </div>
    );
  return (
    <ReasonForm
      key={move}
      name={`stop-${move}-${stop.id}`}
      title={t(`form.${move}`, { agency })}
      means={t(`formMeans.${move}`)}
      button={t(`act.${move}`, { agency })}
      error={decide.error}
      isPending={decide.isPending}
      onSubmit={(reason) =>
        decide.mutate(move === "confirm" ? { move, reason, digest: stop.reach?.digest ?? "" } : { move, reason })
      }
      onCancel={() => setMove(undefined)}
    />
  );
};

const Told = ({ stop }: { readonly stop: StopView }) => {
  const t = useTranslations("emergency");
  const by = (name: string | null | undefined, at: number) => (
    <>
      {name ?? ""} <When at={at} />
    </>
  );
  return (
    <Facts
      facts={[
        [t("startedBy"), by(stop.startedBy?.name, stop.startedAt)],
        [t("reason"), stop.reason],
        [t("confirmedBy"), stop.confirmedAt === null ? null : by(stop.confirmedBy?.name, stop.confirmedAt)],
        [t("lapsesAt"), stop.lapsesAt === null ? null : <When key="lapses" at={stop.lapsesAt} />],
        [t("endedBy"), stop.endedAt === null ? null : by(stop.endedBy?.name, stop.endedAt)],
        [t("endReason"), stop.endReason],
      ]}
    />
  );
};

const One = ({ stop }: { readonly stop: StopView }) => {
  const t = useTranslations("emergency");
  const nameOf = useLocalName();
  const agency = nameOf(stop.agency.name);
  const title = t(stop.scope === "own" ? "ownTitle" : "everywhereTitle", { agency });
  return (
    <Section title={stop.exercise ? t("exerciseTitle", { title }) : title} note={t(`state.${stop.state}`)}>
      {stop.urgent ? <Notice tone="stop">{t("urgent")}</Notice> : null}
      <Told stop={stop} />
      {stop.reach === null ? null : (
        <div className="mt-4">
          <Reach reach={stop.reach} begun />
        </div>
      )}
      <Decide stop={stop} />
    </Section>
  );
};

const Stops = ({ view }: { readonly view: EmergencyView }) => {
  const t = useTranslations("emergency");
  const standing = view.stops.filter(({ state }) => state === "in_force" || state === "awaits_second");
  const real = standing.filter(({ exercise }) => !exercise);
  return (
    <>
      <PageHead title={t("title")} answer={t("answer", { count: real.length })} />
      <StartForm view={view} />
      {view.stops.length === 0 ? (
        <div className="mt-8">
          <EmptyState>{t("empty")}</EmptyState>
        </div>
      ) : (
        view.stops.map((stop) => <One key={stop.id} stop={stop} />)
      )}
    </>
  );
};

/** Emergency stops: what stands, how far each server has come, and the way to begin, confirm and lift one. */
export const Emergency = () => {
  const query = useQuery(queries.emergency());
  return <Loaded query={query}>{(view) => <Stops view={view} />}</Loaded>;
};
