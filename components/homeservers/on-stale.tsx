"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import { Button } from "../ui/button.tsx";
import { Refused } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";

/** What the server does when its list has grown stale, in words, and the approver's way to change it. */
export const OnStale = ({ server }: { readonly server: HomeserverView }) => {
  const t = useTranslations("stale");
  const client = useQueryClient();
  const say = useSay();
  const other = server.onStale === "keep" ? "shut" : "keep";
  const change = useMutation({
    mutationFn: () => acts.setOnStale(server.id, { onStale: other }, server.version),
    onSuccess: (view) => {
      client.setQueryData(queries.homeserver(server.id).queryKey, view);
      void client.invalidateQueries({ queryKey: ["homeserver", server.id] });
      say(t("done"));
    },
  });
  return (
    <div className="mt-4 border-t border-line pt-3">
      <h3 className="text-sm font-semibold">
        {t("title")}: {t(server.onStale)}
      </h3>
      <p className="mt-1 text-sm text-quiet">{t(`means.${server.onStale}`)}</p>
      {server.allowed.includes("set_on_stale") ? (
        <div className="no-print mt-2">
          <Button isPending={change.isPending} onPress={() => change.mutate()}>
            {t(`change.${other}`)}
          </Button>
        </div>
      ) : null}
      <Refused error={change.error} />
    </div>
  );
};
