"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { HeldView, HoldView } from "#lib/contracts/holds.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Notice, Rows, Section } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";
import { ReasonForm } from "./reason-form.tsx";

const Line = ({ name, change, unexplained }: { name: string; change: "added" | "removed"; unexplained: boolean }) => {
  const t = useTranslations("hold");
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 px-4 py-2">
      <span className={change === "added" ? "text-force" : "text-stop"}>
        <span aria-hidden>{change === "added" ? "+ " : "− "}</span>
        <Mono>{name}</Mono>
      </span>
      <span className="text-sm text-quiet">{t(change)}</span>
      {unexplained ? <b className="text-sm font-semibold text-stop">{t("unexplained")}</b> : null}
    </li>
  );
};

const Difference = ({ held }: { readonly held: HeldView }) => {
  const t = useTranslations("hold");
  const unexplained = new Set(held.names);
  if (held.add.length + held.remove.length === 0) return <p className="text-quiet">{t("same")}</p>;
  return (
    <>
      <p className="mb-2 text-sm text-quiet">{t("counts", { before: held.before.length, after: held.after.length })}</p>
      <Rows label={t("line")}>
        {held.remove.map((name) => (
          <Line key={name} name={name} change="removed" unexplained={unexplained.has(name)} />
        ))}
        {held.add.map((name) => (
          <Line key={name} name={name} change="added" unexplained={unexplained.has(name)} />
        ))}
      </Rows>
    </>
  );
};

const useRelease = ({ homeserver, version }: HoldView) => {
  const t = useTranslations("hold");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.releaseList>[1]) => acts.releaseList(homeserver.id, body, version),
    onSuccess: (view) => {
      client.setQueryData(queries.hold(homeserver.id).queryKey, view);
      for (const topic of ["inbox", "overview"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t("done"));
    },
    onError: () => void client.invalidateQueries({ queryKey: queries.hold(homeserver.id).queryKey }),
  });
};

const Release = ({ hold, held }: { readonly hold: HoldView; readonly held: HeldView }) => {
  const t = useTranslations("hold");
  const release = useRelease(hold);
  const [asking, setAsking] = useState(false);
  if (held.releasedAt !== null)
    return (
      <p className="mt-3" role="status">
        {t.rich("released", { at: () => <When at={held.releasedAt ?? 0} /> })}
      </p>
    );
  if (!hold.mayRelease) return <Notice tone="act">{t("notYours")}</Notice>;
  if (!asking)
    return (
      <div className="no-print mt-4">
        <Button look="primary" onPress={() => setAsking(true)}>
          {t("open")}
        </Button>
      </div>
    );
  return (
    <ReasonForm
      name="release-reason"
      title={t("formTitle", { server: hold.homeserver.serverName })}
      means={t("formMeans")}
      button={t("button", { removed: held.remove.length, added: held.add.length })}
      error={release.error}
      isPending={release.isPending}
      onSubmit={(reason) => release.mutate({ digest: held.digest, reason })}
      onCancel={() => setAsking(false)}
    />
  );
};

const Panel = ({ hold, held }: { readonly hold: HoldView; readonly held: HeldView }) => {
  const t = useTranslations("hold");
  return (
    <Section title={t("title")} note={t.rich("since", { at: () => <When at={held.since} /> })}>
      <p className="mb-3 max-w-[72ch]">
        <b className="font-semibold">{t(`why.${held.why}`)}</b> {t("meanwhile")}
      </p>
      <h3 className="mb-1.5 text-sm font-semibold">{t("line")}</h3>
      <Difference held={held} />
      <Release hold={hold} held={held} />
    </Section>
  );
};

/** What the brake holds of this server's next list: why, since when, the difference by name, and the way to release it. */
export const Hold = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.hold(id));
  return (
    <Loaded query={query}>{(hold) => (hold.held === null ? null : <Panel hold={hold} held={hold.held} />)}</Loaded>
  );
};
