"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { NeighbourView, SurroundingsView } from "#lib/contracts/surroundings.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, Notice, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { Table } from "../ui/table.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";

const CutForm = ({
  id,
  serverName,
  onDone,
}: {
  readonly id: string;
  readonly serverName: string;
  readonly onDone: () => void;
}) => {
  const t = useTranslations("surroundings");
  const client = useQueryClient();
  const say = useSay();
  const [reason, setReason] = useState("");
  const cut = useMutation({
    mutationFn: () => acts.sayCut(id, { serverName, reason }),
    onSuccess: (view) => {
      client.setQueryData(queries.neighbours(id).queryKey, view);
      say(t("cutSaid", { server: serverName }));
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    cut.mutate();
  };
  return (
    <form onSubmit={submit} className="no-print mt-4 rounded border border-edge bg-card px-5 py-4">
      <h3 className="text-base">{t("cutTitle", { server: serverName })}</h3>
      <p className="mt-1 max-w-[72ch]">{t("cutMeans")}</p>
      <div className="mt-3 max-w-[60ch]">
        <TextInput name="reason" label={t("reason")} value={reason} onChange={setReason} isRequired lines={2} />
      </div>
      <Refused error={cut.error} />
      <div className="mt-4 flex flex-wrap gap-3">
        <Button type="submit" look="grave" isPending={cut.isPending}>
          {t("cutButton")}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Becomes = ({ one }: { readonly one: NeighbourView }) => {
  const t = useTranslations("surroundings");
  return (
    <>
      {t(`state.${one.state}`)}
      {one.cut === null || one.state !== "cut" ? null : (
        <span className="block text-xs text-quiet">
          {one.cut.by.name ?? t("somebody")} · <When at={one.cut.at} /> · {one.cut.reason}
        </span>
      )}
    </>
  );
};

type Row = { readonly one: NeighbourView; readonly view: SurroundingsView; readonly onCut: () => void };

/** What can be done about one server: ask its agency for trust, or mean the cut. */
const Doing = ({ one, view, onCut }: Row) => {
  const t = useTranslations("surroundings");
  const [agency] = one.agencies;
  const nameOf = useLocalName();
  if (one.state === "opens" || one.state === "asked") return null;
  return (
    <span className="no-print flex flex-wrap items-center gap-3">
      {agency === undefined || view.mayAsk.length === 0 ? null : (
        <TextLink href={`/requests/new?partner=${agency.id}`}>{t("ask", { agency: nameOf(agency.name) })}</TextLink>
      )}
      {view.mayCut && one.state === "undecided" ? (
        <Button look="quiet" onPress={onCut} aria-label={t("cutNamed", { server: one.serverName })}>
          {t("cut")}
        </Button>
      ) : null}
    </span>
  );
};

const Neighbours = ({ id, view }: { readonly id: string; readonly view: SurroundingsView }) => {
  const t = useTranslations("surroundings");
  const nameOf = useLocalName();
  const [cutting, setCutting] = useState<string>();
  return (
    <>
      <Table
        label={t("title")}
        rows={view.neighbours}
        rowKey={({ serverName }) => serverName}
        columns={[
          {
            key: "server",
            title: t("server"),
            cell: (one) => (
              <>
                <Mono>{one.serverName}</Mono>
                <span className="block text-xs text-quiet">
                  {one.agencies.length === 0
                    ? t("noMember")
                    : one.agencies.map(({ id: agency, name }) => (
                        <TextLink key={agency} href={`/agencies/${agency}`}>
                          {nameOf(name)}
                        </TextLink>
                      ))}
                </span>
              </>
            ),
          },
          { key: "rooms", title: t("rooms"), cell: ({ rooms }) => rooms },
          { key: "ours", title: t("ours"), cell: ({ ours }) => ours },
          { key: "theirs", title: t("theirs"), hideNarrow: true, cell: ({ theirs }) => theirs },
          {
            key: "received",
            title: t("received"),
            hideNarrow: true,
            cell: ({ receivedAt }) => (receivedAt === null ? "–" : <When at={receivedAt} />),
          },
          { key: "state", title: t("becomes"), cell: (one) => <Becomes one={one} /> },
          {
            key: "do",
            title: t("do"),
            cell: (one) => <Doing one={one} view={view} onCut={() => setCutting(one.serverName)} />,
          },
        ]}
      />
      {cutting === undefined ? null : (
        <CutForm key={cutting} id={id} serverName={cutting} onDone={() => setCutting(undefined)} />
      )}
    </>
  );
};

const Told = ({ id, view }: { readonly id: string; readonly view: SurroundingsView }) => {
  const t = useTranslations("surroundings");
  const { cutting } = view;
  return (
    <>
      {view.code === null ? null : <Notice>{t("notTold", { code: view.code })}</Notice>}
      {view.at === null ? (
        <EmptyState>{t("never")}</EmptyState>
      ) : (
        <>
          <p className="mb-3">
            {cutting.servers === 0 ? t("cutsNothing") : t("cuts", cutting)}{" "}
            <span className="text-quiet">{t.rich("asOf", { at: () => <When at={view.at ?? 0} /> })}</span>
          </p>
          {view.neighbours.length === 0 ? <EmptyState>{t("alone")}</EmptyState> : <Neighbours id={id} view={view} />}
          {view.more ? <p className="mt-2 text-quiet">{t("more")}</p> : null}
        </>
      )}
      <details className="mt-4">
        <summary className="cursor-pointer">{t("list", { count: view.list.length })}</summary>
        <ul className="mt-2 space-y-1">
          {view.list.map((name) => (
            <li key={name}>
              <Mono>{name}</Mono>
            </li>
          ))}
        </ul>
      </details>
    </>
  );
};

/** With whom this server shares rooms today, what enforcing would cut, and what to do about each: before it is done. */
export const Surroundings = ({ id }: { readonly id: string }) => {
  const t = useTranslations("surroundings");
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={useQuery(queries.neighbours(id))}>{(view) => <Told id={id} view={view} />}</Loaded>
    </Section>
  );
};
