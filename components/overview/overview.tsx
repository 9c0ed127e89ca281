"use client";

import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { CircleCheck, CircleDashed } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "#lib/client/queries.ts";
import type { OverviewView } from "#lib/contracts/overview.ts";
import { InboxRows } from "../inbox/items.tsx";
import { useMe } from "../shell/session.tsx";
import { AgreementRows } from "../trust/agreement-rows.tsx";
import { ButtonLink, TextLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Notice, PageHead, Rows, Section } from "../ui/page.tsx";
import { When } from "../ui/when.tsx";

const Count = ({
  href,
  count,
  label,
  tone,
}: {
  readonly href: string;
  readonly count: number;
  readonly label: string;
  readonly tone: string;
}) => (
  <Link
    href={href}
    className={clsx(
      "flex items-baseline gap-2.5 rounded border border-line bg-card px-4 py-2.5 no-underline hover:border-act",
      count === 0 ? "text-quiet" : "text-ink",
    )}
  >
    <b className={clsx("text-xl font-semibold", count > 0 && tone)}>{count}</b> {label}
  </Link>
);

const Counts = ({ overview }: { readonly overview: OverviewView }) => {
  const t = useTranslations("overview");
  const { counts, inForce, at } = overview;
  return (
    <div className="mt-5 flex flex-wrap items-stretch gap-3">
      <Count href="/inbox" count={counts.needsYou} label={t("needsYou")} tone="text-act" />
      <Count href="/servers" count={counts.drift} label={t("drift")} tone="text-way" />
      <Count href="/servers" count={counts.unreachable} label={t("unreachable")} tone="text-stop" />
      <p className="self-center text-xs text-quiet sm:ml-auto">
        {t("inForce", { count: inForce.count, of: inForce.of })} · {t("checked")} <When at={at} />
      </p>
    </div>
  );
};

const HREFS: Readonly<Record<OverviewView["tasks"][number]["task"], string>> = {
  add_agency: "/directory",
  activate_agency: "/directory",
  add_homeserver: "/servers",
  invite_approver: "/settings",
  request_trust: "/requests/new",
};

/** The first ten minutes: what is done, and the next thing to do. */
const Tasks = ({ tasks }: Pick<OverviewView, "tasks">) => {
  const t = useTranslations("overview");
  const { agency } = useMe();
  const next = tasks.find(({ done }) => !done)?.task;
  if (next === undefined) return null;
  const href = (task: keyof typeof HREFS): string =>
    agency !== undefined && (task === "activate_agency" || task === "add_homeserver")
      ? `/agencies/${agency.id}`
      : HREFS[task];
  return (
    <Section title={t("setUp")}>
      <Rows>
        {tasks.map(({ task, done }) => (
          <li key={task} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
            {done ? (
              <CircleCheck size={20} strokeWidth={1.75} aria-hidden className="text-force" />
            ) : (
              <CircleDashed size={20} strokeWidth={1.75} aria-hidden className="text-quiet" />
            )}
            <span className="min-w-0 flex-1">
              {t(`task.${task}`)} <span className="text-sm text-quiet">{done ? t("taskDone") : t("taskOpen")}</span>
            </span>
            {task === next ? (
              <ButtonLink look="primary" href={href(task)}>
                {t(`doTask.${task}`)}
              </ButtonLink>
            ) : null}
          </li>
        ))}
      </Rows>
    </Section>
  );
};

const Body = ({ overview }: { readonly overview: OverviewView }) => {
  const t = useTranslations("overview");
  const { counts, monitoring, top, agreements } = overview;
  return (
    <>
      <PageHead title={t("title")} answer={t(`sentence.${overview.sentence}`, counts)} />
      {monitoring.state === "stopped" ? (
        <Notice tone="stop" title={t("stoppedTitle")}>
          {monitoring.lastSeenAt === null
            ? t("neverSeen")
            : t.rich("stopped", { at: () => <When at={monitoring.lastSeenAt ?? 0} /> })}
        </Notice>
      ) : null}
      <Counts overview={overview} />
      <Tasks tasks={overview.tasks} />
      {top.length === 0 ? null : (
        <Section
          title={t("waiting")}
          note={t("oldestFirst")}
          acts={<TextLink href="/inbox">{t("allWaiting")}</TextLink>}
        >
          <InboxRows items={top} />
        </Section>
      )}
      <Section
        title={t("agreements")}
        note={agreements.length === 0 ? undefined : t("shown", { count: agreements.length })}
        acts={<TextLink href="/agreements">{t("allAgreements")}</TextLink>}
      >
        {agreements.length === 0 ? (
          <EmptyState act={<ButtonLink href="/directory">{t("toDirectory")}</ButtonLink>}>
            {t("noAgreements")}
          </EmptyState>
        ) : (
          <AgreementRows agreements={agreements} />
        )}
      </Section>
    </>
  );
};

/** Is anything wrong, is anything waiting for me. */
export const Overview = () => {
  const query = useQuery(queries.overview());
  return <Loaded query={query}>{(overview) => <Body overview={overview} />}</Loaded>;
};
