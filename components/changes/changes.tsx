"use client";

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ChangeView } from "#lib/contracts/changes.ts";
import { CHANGE_STATES } from "#lib/domain/directory.ts";
import { BeforeAfter } from "../audit/details.tsx";
import { Button, TextLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Facts, Mono, Notice, PageHead, Rows, Section } from "../ui/page.tsx";
import { ErrorSummary, type Fault } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { useLocalName, When } from "../ui/when.tsx";

/** Changes that wait for an agency's own approver, or were decided by one. */
export const Changes = () => {
  const t = useTranslations("changes");
  const kind = useTranslations("changeKind");
  const nameOf = useLocalName();
  const filter = useUrlFilter();
  const state = filter.oneOf("state", CHANGE_STATES) ?? "open";
  const query = useInfiniteQuery(queries.changes({ state }));
  return (
    <>
      <PageHead title={t("title")} answer={t("answer")} />
      <div className="mt-5 mb-4">
        <Chips
          label={t("filter")}
          options={CHANGE_STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
          value={state}
          onChange={(value) => filter.set("state", value)}
        />
      </div>
      <Loaded query={query}>
        {({ pages }) => {
          const changes = pages.flatMap(({ items }) => items);
          if (changes.length === 0) return <EmptyState>{t("empty")}</EmptyState>;
          return (
            <>
              <Rows label={t("title")}>
                {changes.map((change) => (
                  <li key={change.id} className="flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-2.5">
                    <TextLink href={`/changes/${change.id}`} strong>
                      {kind(change.kind)}
                    </TextLink>
                    <span>{nameOf(change.agency.name)}</span>
                    {change.homeserver === null ? null : <Mono>{change.homeserver.serverName}</Mono>}
                    <span className="ml-auto text-xs text-quiet">
                      <When at={change.proposedAt} />
                    </span>
                  </li>
                ))}
              </Rows>
              <More query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
};

const useDecide = (change: ChangeView) => {
  const t = useTranslations("changes");
  const client = useQueryClient();
  const say = useSay();
  return useMutation({
    mutationFn: (body: Parameters<typeof acts.decideChange>[1]) => acts.decideChange(change.id, body),
    onSuccess: (view) => {
      client.setQueryData(queries.change(change.id).queryKey, view);
      for (const topic of ["changes", "inbox", "overview", "homeserver", "agency"])
        void client.invalidateQueries({ queryKey: [topic] });
      say(t(view.state === "approved" ? "approved" : "rejected"));
    },
  });
};

const Decide = ({ change }: { readonly change: ChangeView }) => {
  const t = useTranslations("changes");
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState("");
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const decide = useDecide(change);
  const reject = (event: FormEvent): void => {
    event.preventDefault();
    const missing = reason.trim() === "";
    setFaults(missing ? [{ field: "reason", sentence: t("reasonMissing") }] : []);
    if (!missing) decide.mutate({ decision: "reject", reason });
  };
  if (!rejecting)
    return (
      <>
        <ErrorSummary faults={[]} error={decide.error} />
        <div className="mt-6 flex flex-wrap gap-3">
          {change.allowed.includes("approve") ? (
            <Button look="primary" isPending={decide.isPending} onPress={() => decide.mutate({ decision: "approve" })}>
              {t(`approve.${change.kind}`)}
            </Button>
          ) : null}
          {change.allowed.includes("reject") ? (
            <Button look="grave" onPress={() => setRejecting(true)}>
              {t("reject")}
            </Button>
          ) : null}
        </div>
      </>
    );
  return (
    <form onSubmit={reject} noValidate className="mt-6 space-y-4 rounded border border-edge bg-card px-5 py-4">
      <ErrorSummary faults={faults} error={decide.error} />
      <TextInput
        name="reason"
        label={t("reason")}
        lines={3}
        value={reason}
        onChange={setReason}
        error={faults[0]?.sentence}
        isRequired
      />
      <div className="flex gap-3">
        <Button type="submit" look="grave" isPending={decide.isPending}>
          {t("rejectNow")}
        </Button>
        <Button look="quiet" onPress={() => setRejecting(false)}>
          {t("cancel")}
        </Button>
      </div>
    </form>
  );
};

const Body = ({ change }: { readonly change: ChangeView }) => {
  const t = useTranslations("changes");
  const kind = useTranslations("changeKind");
  const nameOf = useLocalName();
  return (
    <>
      <PageHead
        title={kind(change.kind)}
        answer={t(`means.${change.kind}`, { agency: nameOf(change.agency.name) })}
        trail={{ href: "/changes", label: t("title"), here: kind(change.kind) }}
      />
      {change.holdsAgreements ? <Notice>{t("holds")}</Notice> : null}
      <Section title={t("what")}>
        <BeforeAfter before={change.before} after={change.after} />
      </Section>
      <Section title={t("who")}>
        <Facts
          facts={[
            [t("agency"), nameOf(change.agency.name)],
            [
              t("server"),
              change.homeserver === null ? null : (
                <TextLink key="server" href={`/servers/${change.homeserver.id}`}>
                  {change.homeserver.serverName}
                </TextLink>
              ),
            ],
            [t("proposedBy"), change.proposedBy === null ? t("portal") : (change.proposedBy.name ?? t("someone"))],
            [t("proposedAt"), <When key="at" at={change.proposedAt} />],
            [t("stateNow"), t(`state.${change.state}`)],
            [t("decidedBy"), change.decidedBy?.name ?? null],
            [t("reason"), change.reason],
          ]}
        />
      </Section>
      {change.allowed.length > 0 ? (
        <Decide change={change} />
      ) : change.state === "open" ? (
        <Notice tone="act">{t("notYours", { agency: nameOf(change.agency.name) })}</Notice>
      ) : null}
    </>
  );
};

/** One change, as a page: what it is now, what it would be, what that holds, and the decision. */
export const Change = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.change(id));
  return <Loaded query={query}>{(change) => <Body change={change} />}</Loaded>;
};
