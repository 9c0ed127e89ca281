"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { FirewallServer } from "#lib/contracts/networks.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Notice, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";

const Lines = ({ label, lines }: { readonly label: string; readonly lines: readonly string[] }) => (
  <section aria-label={label} className="mt-2 overflow-x-auto rounded border border-line bg-card">
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
    <pre className="mono p-4 whitespace-pre" tabIndex={0}>
      {lines.join("\n")}
    </pre>
  </section>
);

const Opened = ({ server }: { readonly server: FirewallServer }) => {
  const t = useTranslations("firewall");
  const { opened, changedSince } = server;
  if (opened !== null) {
    const values = { name: opened.by.name ?? t("somebody"), at: () => <When at={opened.at} /> };
    return <p className="mt-2">{t.rich("opened", values)}</p>;
  }
  if (changedSince === null) return <p className="mt-2">{t("notOpened")}</p>;
  return <Notice tone="act">{t.rich("changed", { at: () => <When at={changedSince} /> })}</Notice>;
};

const Wall = ({ agreement, server }: { readonly agreement: string; readonly server: FirewallServer }) => {
  const t = useTranslations("firewall");
  const client = useQueryClient();
  const say = useSay();
  const tick = useMutation({
    mutationFn: () => acts.tickFirewall(agreement, { homeserver: server.homeserver.id, digest: server.digest }),
    onSuccess: (view) => {
      client.setQueryData(queries.firewall(agreement).queryKey, view);
      void client.invalidateQueries({ queryKey: ["inbox"] });
      say(t("done"));
    },
    onError: () => void client.invalidateQueries({ queryKey: queries.firewall(agreement).queryKey }),
  });
  const { serverName } = server.homeserver;
  return (
    <div className="keep mt-4">
      <h3 className="text-sm font-semibold">
        <Mono>{serverName}</Mono>
      </h3>
      {server.missing.map((one) => (
        <p key={one} className="mt-1 text-quiet">
          {t(`missing.${one}`)}
        </p>
      ))}
      {server.lines.length === 0 ? null : (
        <>
          <Lines label={t("lines", { server: serverName })} lines={server.lines} />
          <details className="mt-2">
            <summary className="cursor-pointer">{t("nftables")}</summary>
            <Lines label={t("nftablesFor", { server: serverName })} lines={server.nftables} />
          </details>
          <Opened server={server} />
        </>
      )}
      <Refused error={tick.error} />
      {server.mayTick ? (
        <div className="no-print mt-3">
          <Button isPending={tick.isPending} onPress={() => tick.mutate()}>
            {t("tick", { server: serverName })}
          </Button>
        </div>
      ) : null}
    </div>
  );
};

/** What each side's firewall must let through for an agreement, and who has said that it does. */
export const Firewall = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("firewall");
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={useQuery(queries.firewall(agreement))}>
        {({ servers }) =>
          servers.every(
            ({ lines, opened, changedSince }) => lines.length === 0 && opened === null && changedSince === null,
          ) ? (
            <p className="text-quiet">{t("nothingNamed")}</p>
          ) : (
            servers.map((server) => <Wall key={server.homeserver.id} agreement={agreement} server={server} />)
          )
        }
      </Loaded>
    </Section>
  );
};
