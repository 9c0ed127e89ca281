"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { WebhookView } from "#lib/contracts/webhooks.ts";
import { ShownOnce } from "../people/shown-once.tsx";
import { useMe } from "../shell/session.tsx";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead, Rows } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { When } from "../ui/when.tsx";
import { CreateWebhook } from "./create.tsx";
import { Deliveries } from "./deliveries.tsx";

type RowProps = {
  readonly webhook: WebhookView;
  readonly mayChange: boolean;
  readonly onSecret: (secret: string) => void;
};

const useWebhookActs = (webhook: WebhookView, onSecret: (secret: string) => void) => {
  const client = useQueryClient();
  const afterwards = { onSettled: () => client.invalidateQueries({ queryKey: ["webhooks"] }) };
  return {
    toggle: useMutation({ mutationFn: () => acts.setWebhook(webhook.id, !webhook.enabled), ...afterwards }),
    trial: useMutation({ mutationFn: () => acts.tryWebhook(webhook.id), ...afterwards }),
    rotate: useMutation({
      mutationFn: () => acts.rotateWebhook(webhook.id),
      onSuccess: ({ secret }) => onSecret(secret ?? ""),
      ...afterwards,
    }),
    remove: useMutation({ mutationFn: () => acts.removeWebhook(webhook.id), ...afterwards }),
  };
};

const Acts = ({ webhook, onSecret }: Omit<RowProps, "mayChange">) => {
  const t = useTranslations("webhooks");
  const { url, enabled } = webhook;
  const { toggle, trial, rotate, remove } = useWebhookActs(webhook, onSecret);
  return (
    <>
      {enabled ? (
        <Button isPending={trial.isPending} onPress={() => trial.mutate()} aria-label={t("trialName", { url })}>
          {t("trial")}
        </Button>
      ) : null}
      <Button
        isPending={toggle.isPending}
        onPress={() => toggle.mutate()}
        aria-label={enabled ? t("switchOffName", { url }) : t("switchOnName", { url })}
      >
        {enabled ? t("switchOff") : t("switchOn")}
      </Button>
      <Button isPending={rotate.isPending} onPress={() => rotate.mutate()} aria-label={t("rotateName", { url })}>
        {t("rotate")}
      </Button>
      <Button
        look="grave"
        isPending={remove.isPending}
        onPress={() => remove.mutate()}
        aria-label={t("removeName", { url })}
      >
        {t("remove")}
      </Button>
      <Refused error={toggle.error ?? trial.error ?? rotate.error ?? remove.error} />
    </>
  );
};

const Row = ({ webhook, mayChange, onSecret }: RowProps) => {
  const t = useTranslations("webhooks");
  const notices = useTranslations("notices");
  const [open, setOpen] = useState(false);
  const events = webhook.kinds.flatMap((kind) => (kind === "trial" ? [] : [notices(`kind.${kind}.what`)]));
  return (
    <li className="px-4 py-3">
      <p>
        <Mono>{webhook.url}</Mono>{" "}
        <b className="font-semibold">
          {webhook.enabled ? t("on") : webhook.offCode === null ? t("off") : t("offGone")}
        </b>
      </p>
      <p className="text-sm text-quiet">{events.join(" · ")}</p>
      {webhook.rotatingUntil === null ? null : (
        <p className="text-sm">
          {t("rotating")} <When at={webhook.rotatingUntil} />
        </p>
      )}
      <div className="mt-2 flex flex-wrap gap-3">
        <Button look="quiet" aria-expanded={open} onPress={() => setOpen(!open)}>
          {t("showDeliveries")}
        </Button>
        {mayChange ? <Acts webhook={webhook} onSecret={onSecret} /> : null}
      </div>
      {open ? <Deliveries webhook={webhook} mayChange={mayChange} /> : null}
    </li>
  );
};

const OfAgency = ({ agency }: { readonly agency: string }) => {
  const t = useTranslations("webhooks");
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState("");
  const query = useQuery(queries.webhooks(agency));
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        acts={
          query.data?.mayChange === true && !creating ? (
            <Button look="primary" onPress={() => setCreating(true)}>
              {t("new")}
            </Button>
          ) : undefined
        }
      />
      <div className="mt-5">
        {secret === "" ? null : <ShownOnce label={t("shownOnce")} secret={secret} onDone={() => setSecret("")} />}
        {creating ? <CreateWebhook agency={agency} onDone={() => setCreating(false)} onSecret={setSecret} /> : null}
        <Loaded query={query}>
          {({ items, mayChange }) =>
            items.length === 0 ? (
              <EmptyState>{t("empty")}</EmptyState>
            ) : (
              <Rows label={t("title")}>
                {items.map((webhook) => (
                  <Row key={webhook.id} webhook={webhook} mayChange={mayChange} onSecret={setSecret} />
                ))}
              </Rows>
            )
          }
        </Loaded>
      </div>
    </>
  );
};

/** Where the agency's own systems are told: addresses, events, deliveries. */
export const Webhooks = () => {
  const t = useTranslations("webhooks");
  const { agency } = useMe();
  return agency === undefined ? (
    <>
      <PageHead title={t("title")} />
      <EmptyState>{t("noAgency")}</EmptyState>
    </>
  ) : (
    <OfAgency key={agency.id} agency={agency.id} />
  );
};
