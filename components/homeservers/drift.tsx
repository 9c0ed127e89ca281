"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { DriftList, DriftView } from "#lib/contracts/holds.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, Section } from "../ui/page.tsx";
import { Table } from "../ui/table.tsx";
import { useSay } from "../ui/toast.tsx";
import { When } from "../ui/when.tsx";
import { ReasonForm } from "./reason-form.tsx";

const Now = ({ finding }: { readonly finding: DriftView }) => {
  const t = useTranslations("drift");
  const { ending, endedAt, putBackAt, kind } = finding;
  if (ending !== null) return t.rich(`ending.${ending}`, { at: () => <When at={endedAt ?? 0} /> });
  if (putBackAt !== null) return t.rich("putBackAt", { at: () => <When at={putBackAt} /> });
  return <b className="font-semibold">{t(`open.${kind}`)}</b>;
};

const waits = ({ kind, endedAt, putBackAt }: DriftView): boolean =>
  kind === "shut_locally" && endedAt === null && putBackAt === null;

const Act = ({ finding, onAsk }: { readonly finding: DriftView; readonly onAsk: (finding: DriftView) => void }) => {
  const t = useTranslations("drift");
  return (
    <Button look="quiet" onPress={() => onAsk(finding)}>
      {t("putBack")}
      <span className="sr-only"> {finding.server}</span>
    </Button>
  );
};

const usePutBack = ({ homeserver, version }: DriftList, onDone: () => void) => {
  const t = useTranslations("drift");
  const client = useQueryClient();
  const say = useSay();
  const { queryKey } = queries.drift(homeserver.id);
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.putBack>[1]) => acts.putBack(homeserver.id, body, version),
    onSuccess: (list, { server }) => {
      client.setQueryData(queryKey, list);
      for (const topic of ["inbox", "overview"]) void client.invalidateQueries({ queryKey: [topic] });
      say(t("done", { name: server }));
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey }),
  });
};

const Findings = ({ list }: { readonly list: DriftList }) => {
  const t = useTranslations("drift");
  const [asked, setAsked] = useState<DriftView>();
  const putBack = usePutBack(list, () => setAsked(undefined));
  if (list.items.length === 0) return <EmptyState>{t("empty")}</EmptyState>;
  return (
    <>
      <Table
        label={t("title")}
        rows={list.items}
        rowKey={({ server, kind, foundAt }) => `${server} ${kind} ${foundAt}`}
        columns={[
          { key: "server", title: t("server"), cell: ({ server }) => <Mono>{server}</Mono> },
          { key: "what", title: t("what"), cell: ({ kind }) => t(`kind.${kind}`) },
          { key: "since", title: t("since"), cell: ({ foundAt }) => <When at={foundAt} /> },
          {
            key: "now",
            title: t("now"),
            cell: (finding) => (
              <span className="flex flex-wrap items-center gap-x-3">
                <span>
                  <Now finding={finding} />
                </span>
                {list.mayPutBack && waits(finding) ? <Act finding={finding} onAsk={setAsked} /> : null}
              </span>
            ),
          },
        ]}
      />
      {asked === undefined ? null : (
        <ReasonForm
          key={asked.server}
          name="put-back-reason"
          title={t("formTitle", { name: asked.server })}
          means={t("formMeans")}
          button={t("button", { name: asked.server })}
          error={putBack.error}
          isPending={putBack.isPending}
          onSubmit={(reason) => putBack.mutate({ server: asked.server, foundAt: asked.foundAt, reason })}
          onCancel={() => setAsked(undefined)}
        />
      )}
    </>
  );
};

/** What this server was found to do otherwise than its list says, since when, and how it ended. */
export const Drift = ({ id }: { readonly id: string }) => {
  const t = useTranslations("drift");
  const query = useQuery(queries.drift(id));
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={query}>{(list) => <Findings list={list} />}</Loaded>
    </Section>
  );
};
