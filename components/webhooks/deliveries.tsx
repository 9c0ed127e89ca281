"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { DeliveryView, WebhookView } from "#lib/contracts/webhooks.ts";
import { TRIAL } from "#lib/domain/webhooks.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, Rows } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { When } from "../ui/when.tsx";

const ICONS = {
  waiting: { Icon: Clock, tone: "text-way" },
  delivered: { Icon: CircleCheck, tone: "text-force" },
  given_up: { Icon: CircleAlert, tone: "text-stop" },
} as const;
const CODES = ["private_address", "timeout", "dns", "refused", "tls", "status"] as const;

const Outcome = ({ delivery }: { readonly delivery: DeliveryView }) => {
  const t = useTranslations("webhooks");
  const code = CODES.find((known) => known === delivery.lastCode) ?? "other";
  return (
    <span className="text-sm text-quiet">
      {t("attempts", { count: delivery.attempts })}
      {delivery.lastStatus === null ? null : ` · ${t("status", { status: delivery.lastStatus })}`}
      {delivery.lastCode === null ? null : ` · ${t(`code.${code}`)}`}
      {delivery.nextAt === null ? null : (
        <>
          {" · "}
          {t("next")} <When at={delivery.nextAt} />
        </>
      )}
    </span>
  );
};

const Row = ({ delivery, replay }: { readonly delivery: DeliveryView; readonly replay: (() => void) | undefined }) => {
  const t = useTranslations("webhooks");
  const notices = useTranslations("notices");
  const { Icon, tone } = ICONS[delivery.state];
  return (
    <li className="grid items-center gap-x-5 gap-y-1 px-4 py-2 md:grid-cols-[1fr_auto]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2">
          <Icon size={16} strokeWidth={1.75} aria-hidden className={tone} />
          <b className="font-semibold">{t(`state.${delivery.state}`)}</b>
          {delivery.kind === TRIAL ? t("trialKind") : notices(`kind.${delivery.kind}.what`)}
          <span className="text-xs text-quiet">
            <When at={delivery.at} />
          </span>
        </p>
        <Outcome delivery={delivery} /> <Mono>{delivery.messageId}</Mono>
      </div>
      {replay === undefined || delivery.state === "waiting" ? null : (
        <Button onPress={replay} aria-label={t("replayName", { message: delivery.messageId })}>
          {t("replay")}
        </Button>
      )}
    </li>
  );
};

/** What was sent lately and what came of it; each can be sent once more. */
export const Deliveries = ({ webhook, mayChange }: { readonly webhook: WebhookView; readonly mayChange: boolean }) => {
  const t = useTranslations("webhooks");
  const client = useQueryClient();
  const asked = queries.deliveries(webhook.id);
  const query = useQuery({ ...asked, refetchInterval: 5_000 });
  const replay = useMutation({
    mutationFn: (delivery: string) => acts.replayDelivery(webhook.id, delivery),
    onSuccess: (list) => client.setQueryData(asked.queryKey, list),
  });
  return (
    <div className="mt-3">
      <Refused error={replay.error} />
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{t("noDeliveries")}</EmptyState>
          ) : (
            <Rows label={t("deliveries", { url: webhook.url })}>
              {items.map((item) => (
                <Row
                  key={item.id}
                  delivery={item}
                  replay={mayChange && webhook.enabled ? () => replay.mutate(item.id) : undefined}
                />
              ))}
            </Rows>
          )
        }
      </Loaded>
    </div>
  );
};
