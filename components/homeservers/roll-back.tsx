"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { RollBackView } from "#lib/contracts/holds.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Rows } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";
import { ReasonForm } from "./reason-form.tsx";

type Step = NonNullable<RollBackView["step"]>;

const Line = ({ name, what }: { readonly name: string; readonly what: "removed" | "kept" | "notReopened" }) => {
  const t = useTranslations("rollBack");
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 px-4 py-2">
      <span className={what === "removed" ? "text-stop" : undefined}>
        {what === "removed" ? <span aria-hidden>− </span> : null}
        <Mono>{name}</Mono>
      </span>
      <span className="text-sm text-quiet">{t(what)}</span>
    </li>
  );
};

const Difference = ({ step }: { readonly step: Step }) => {
  const t = useTranslations("rollBack");
  const { current, before, remove, after, notReopened, mode } = step;
  return (
    <>
      <p className="mb-2 max-w-[72ch]">
        {t.rich("from", {
          current: current.version,
          before: before.version,
          count: remove.length,
          at: () => <When at={before.issuedAt} />,
        })}{" "}
        {mode === "observe" ? t("toObserve") : null}
      </p>
      {remove.length + after.length + notReopened.length === 0 ? null : (
        <Rows label={t("difference")}>
          {remove.map((name) => (
            <Line key={name} name={name} what="removed" />
          ))}
          {after.map((name) => (
            <Line key={name} name={name} what="kept" />
          ))}
          {notReopened.map((name) => (
            <Line key={name} name={name} what="notReopened" />
          ))}
        </Rows>
      )}
    </>
  );
};

const useRollBack = ({ homeserver, version }: RollBackView, onDone: () => void) => {
  const t = useTranslations("rollBack");
  const client = useQueryClient();
  const say = useSay();
  const { queryKey } = queries.rollBack(homeserver.id);
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.rollBack>[1]) => acts.rollBack(homeserver.id, body, version),
    onSuccess: (view) => {
      client.setQueryData(queryKey, view);
      for (const topic of ["inbox", "overview"]) void client.invalidateQueries({ queryKey: [topic] });
      void client.invalidateQueries({ queryKey: ["homeserver", homeserver.id] });
      say(t("done"));
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey }),
  });
};

const Panel = ({ view, step }: { readonly view: RollBackView; readonly step: Step }) => {
  const t = useTranslations("rollBack");
  const [asking, setAsking] = useState(false);
  const rollBack = useRollBack(view, () => setAsking(false));
  if (!asking)
    return (
      <div className="no-print mb-4">
        <Button onPress={() => setAsking(true)}>{t("open")}</Button>
      </div>
    );
  return (
    <section className="mb-5" aria-label={t("title")}>
      <h3 className="mb-1.5 text-base">{t("title")}</h3>
      <Difference step={step} />
      <ReasonForm
        name="roll-back-reason"
        title={t("formTitle", { server: view.homeserver.serverName })}
        means={t("formMeans")}
        button={t("button", { count: step.remove.length })}
        error={rollBack.error}
        isPending={rollBack.isPending}
        onSubmit={(reason) => rollBack.mutate({ digest: step.digest, reason })}
        onCancel={() => setAsking(false)}
      />
    </section>
  );
};

/** The way back to the list before, with the exact difference in view before it takes effect. */
export const RollBack = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.rollBack(id));
  return (
    <Loaded query={query}>
      {(view) => (view.step === null || !view.mayRollBack ? null : <Panel view={view} step={view.step} />)}
    </Loaded>
  );
};
