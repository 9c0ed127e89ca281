"use client";

import { useQuery } from "@tanstack/react-query";
import { Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, Notice } from "../ui/page.tsx";
import { useSay } from "../ui/toast.tsx";

/** What to paste into the homeserver's own settings, and how to know that the keys in it are the right ones. */
export const Configuration = ({ id }: { readonly id: string }) => {
  const t = useTranslations("configuration");
  const say = useSay();
  const query = useQuery(queries.configuration(id));
  return (
    <Loaded query={query}>
      {(configuration) => (
        <>
          {configuration.ready ? null : <Notice>{t("notReady")}</Notice>}
          <div className="relative mt-3 rounded border border-line bg-card">
            <section aria-label={t("text")} className="overflow-x-auto">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
              <pre className="mono p-4 whitespace-pre" tabIndex={0}>
                {configuration.text}
              </pre>
            </section>
          </div>
          <div className="no-print mt-2">
            <Button
              onPress={() =>
                void navigator.clipboard.writeText(configuration.text).then(
                  () => say(t("copied")),
                  () => say(t("notCopied")),
                )
              }
            >
              <Copy size={16} strokeWidth={1.75} aria-hidden />
              {t("copy")}
            </Button>
          </div>
          <Notice tone="act" title={t("compareTitle")}>
            {t("compare", { count: configuration.rootKeysRequired })}
          </Notice>
          <div className="mt-3">
            <Facts
              facts={configuration.rootKeys.map(({ keyId, fingerprint }) => [
                keyId,
                <Mono key={keyId}>{fingerprint}</Mono>,
              ])}
            />
          </div>
        </>
      )}
    </Loaded>
  );
};
