"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { ChangeView } from "#lib/contracts/changes.ts";
import { CHANGE_STATES } from "#lib/domain/directory.ts";
import { useMe } from "../shell/session.tsx";
import { TextLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Facts, Mono, Notice, PageHead, Rows, Section } from "../ui/page.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { useLocalName, When } from "../ui/when.tsx";
import { Decide } from "./decide.tsx";
import { Difference } from "./difference.tsx";

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

const Decision = ({ change }: { readonly change: ChangeView }) => {
  const t = useTranslations("changes");
  const { session } = useMe();
  const nameOf = useLocalName();
  const agency = nameOf(change.agency.name);
  const mine = change.proposedBy?.id === session.person.id;
  if (change.state === "open")
    return (
      <>
        {change.allowed.includes("approve") ? null : (
          <Notice tone="act">{t(mine ? "own" : "notYours", { agency })}</Notice>
        )}
        {change.allowed.length === 0 ? null : <Decide change={change} />}
      </>
    );
  return (
    <Section title={t("decisionTitle")}>
      <p>
        {t.rich(change.state === "approved" ? "decisionApproved" : "decisionRejected", {
          name: change.decidedBy?.name ?? t("someone"),
          at: () => (change.decidedAt === null ? null : <When at={change.decidedAt} />),
        })}
      </p>
      {change.reason === null ? null : (
        <p className="mt-1">
          {t("reason")}: {change.reason}
        </p>
      )}
    </Section>
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
      {change.holdsAgreements && change.state === "open" ? (
        <Notice>{t(change.kind === "pinned_keys" ? "heldNow" : "holds")}</Notice>
      ) : null}
      <Section title={t("whatBy")}>
        <Difference change={change} />
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
          ]}
        />
      </Section>
      <Decision change={change} />
    </>
  );
};

/** One change, as a page: what it is now, what it would be, what that holds, and the decision. */
export const Change = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.change(id));
  return <Loaded query={query}>{(change) => <Body change={change} />}</Loaded>;
};
