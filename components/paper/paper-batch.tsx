"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { acts, newKey } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ImportPartyView, ImportView } from "#lib/contracts/imports.ts";
import { ReasonForm } from "../homeservers/reason-form.tsx";
import { Button } from "../ui/button.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { Mono, Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary } from "../ui/problem.tsx";
import { Table } from "../ui/table.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName } from "../ui/when.tsx";
import { PaperRows } from "./paper-rows.tsx";

type Sent = Parameters<typeof acts.decideImport>[1];

const useDecide = (id: string, onDone: () => void) => {
  const t = useTranslations("paper");
  const client = useQueryClient();
  const say = useSay();
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (sent: Sent) => acts.decideImport(id, sent, key.current),
    onSuccess: (view, { move }) => {
      client.setQueryData(queries.import(id).queryKey, view);
      void client.invalidateQueries({ queryKey: ["import", id] });
      void client.invalidateQueries({ queryKey: ["inbox"] });
      say(t(`done.${move}`));
      onDone();
    },
    onSettled: () => {
      key.current = newKey();
    },
  });
};

const Parties = ({ parties }: { readonly parties: readonly ImportPartyView[] }) => {
  const t = useTranslations("paper");
  const nameOf = useLocalName();
  return (
    <Section title={t("parties")}>
      <Table<ImportPartyView>
        label={t("parties")}
        rows={parties}
        rowKey={({ agency }) => agency.id}
        columns={[
          { key: "agency", title: t("agency"), cell: ({ agency }) => nameOf(agency.name) },
          {
            key: "stage",
            title: t("stage"),
            cell: ({ stage, reason }) => (
              <>
                {t(`stageOf.${stage}`)}
                {reason === null ? null : <p className="text-quiet">{t("reason", { reason })}</p>}
              </>
            ),
          },
          { key: "rows", title: t("rows"), cell: ({ rows }) => rows },
          {
            key: "by",
            title: t("by"),
            hideNarrow: true,
            cell: ({ confirmedBy }) => confirmedBy.map(({ person }) => person.name ?? "–").join(", "),
          },
        ]}
      />
    </Section>
  );
};

/** One agency's word on its rows: nothing is confirmed that was not shown. */
const Own = ({ batch, party }: { readonly batch: ImportView; readonly party: ImportPartyView }) => {
  const t = useTranslations("paper");
  const nameOf = useLocalName();
  const [leftOut, setLeftOut] = useState<readonly number[]>([]);
  const [declines, setDeclines] = useState(false);
  const query = useInfiniteQuery(queries.importRows(batch.id));
  const decide = useDecide(batch.id, () => setDeclines(false));
  const { digest, agency } = party;
  const sent = { as: agency.id, digest };
  if (declines)
    return (
      <ReasonForm
        name="paper-decline"
        title={t("decline")}
        means={t("declineMeans")}
        button={t("decline")}
        error={decide.error}
        isPending={decide.isPending}
        onSubmit={(reason) => decide.mutate({ ...sent, move: "decline", reason })}
        onCancel={() => setDeclines(false)}
      />
    );
  return (
    <Section title={t("yours", { agency: nameOf(agency.name) })} note={t("means")}>
      <ErrorSummary faults={[]} error={decide.error} />
      <Loaded query={query}>
        {({ pages }) => (
          <PaperRows
            rows={pages
              .flatMap(({ items }) => items)
              .filter((row) => [row.home.id, row.partner.id].includes(agency.id))}
            leftOut={leftOut}
            onLeftOut={setLeftOut}
          />
        )}
      </Loaded>
      <More query={query} />
      <p className="mt-3 text-sm">{t.rich("bound", { digest, mono: (chunks) => <Mono>{chunks}</Mono> })}</p>
      {query.hasNextPage ? <p className="mt-2">{t("allRows")}</p> : null}
      <div className="no-print mt-4 flex flex-wrap gap-3">
        <Button
          look="primary"
          isPending={decide.isPending}
          isDisabled={query.hasNextPage || query.data === undefined}
          onPress={() => decide.mutate({ ...sent, move: "confirm", leftOut: [...leftOut] })}
        >
          {t("confirm", { count: party.rows - leftOut.length })}
        </Button>
        {party.allowed.includes("decline") ? <Button onPress={() => setDeclines(true)}>{t("decline")}</Button> : null}
      </div>
    </Section>
  );
};

const Withdraw = ({ batch }: { readonly batch: ImportView }) => {
  const t = useTranslations("paper");
  const [open, setOpen] = useState(false);
  const decide = useDecide(batch.id, () => setOpen(false));
  if (!open) return <Button onPress={() => setOpen(true)}>{t("withdraw")}</Button>;
  return (
    <ReasonForm
      name="paper-withdraw"
      title={t("withdraw")}
      means={t("withdrawMeans")}
      button={t("withdraw")}
      error={decide.error}
      isPending={decide.isPending}
      onSubmit={(reason) => decide.mutate({ digest: batch.digest, move: "withdraw", reason })}
      onCancel={() => setOpen(false)}
    />
  );
};

const All = ({ batch }: { readonly batch: ImportView }) => {
  const t = useTranslations("paper");
  const query = useInfiniteQuery(queries.importRows(batch.id));
  return (
    <Section title={t("rows")}>
      <Loaded query={query}>{({ pages }) => <PaperRows rows={pages.flatMap(({ items }) => items)} />}</Loaded>
      <More query={query} />
    </Section>
  );
};

const Batch = ({ batch }: { readonly batch: ImportView }) => {
  const t = useTranslations("paper");
  const mine = batch.parties.filter(({ allowed }) => allowed.includes("confirm"));
  return (
    <>
      <PageHead
        title={t("batch")}
        answer={t("madeOf", { made: batch.made, rows: batch.rows })}
        trail={{ href: "/agreements", label: t("agreements"), here: t("batch") }}
      />
      {batch.withdrawn ? (
        <Notice tone="stop" title={t("withdrawn")}>
          {t("reason", { reason: batch.reason ?? "" })}
        </Notice>
      ) : null}
      {mine.map((party) => (
        <Own key={party.agency.id} batch={batch} party={party} />
      ))}
      <Parties parties={batch.parties} />
      {mine.length > 0 ? null : <All batch={batch} />}
      {batch.mayWithdraw ? (
        <div className="no-print mt-6">
          <Withdraw batch={batch} />
        </div>
      ) : null}
    </>
  );
};

/** A batch of agreements that stand on paper: whose word is awaited, and one's own word on one's own rows. */
export const PaperBatch = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.import(id));
  return <Loaded query={query}>{(batch) => <Batch batch={batch} />}</Loaded>;
};
