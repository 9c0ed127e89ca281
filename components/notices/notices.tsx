"use client";

import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { CircleCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { NoticeView } from "#lib/contracts/notices.ts";
import { useMe } from "../shell/session.tsx";
import { Button, ButtonLink, TextLink } from "../ui/button.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead, Rows } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { useLocalName, When } from "../ui/when.tsx";

const Settled = ({ settled }: { readonly settled: NonNullable<NoticeView["settled"]> }) => {
  const t = useTranslations("notices");
  const { session } = useMe();
  const name = settled.by?.name ?? null;
  return (
    <p className="flex items-center gap-1.5 text-sm text-force">
      <CircleCheck size={16} strokeWidth={1.75} aria-hidden className="flex-none" />
      <span>
        {settled.by?.id === session.person.id
          ? t("settledByYou")
          : name === null
            ? t("settled")
            : t("settledBy", { name })}{" "}
        <When at={settled.at} />
      </span>
    </p>
  );
};

const Why = ({ notice }: { readonly notice: NoticeView }) => {
  const t = useTranslations("notices");
  const role = useTranslations("roleAs");
  const nameOf = useLocalName();
  const agency = notice.agency === null ? "" : nameOf(notice.agency.name);
  return (
    <p className="text-xs text-quiet">
      <When at={notice.at} /> ·{" "}
      {notice.agency === null
        ? t("whyFederation", { role: role(notice.role) })
        : t("why", { role: role(notice.role), agency })}
    </p>
  );
};

/** One thing that the reader was told. */
export const Item = ({ notice }: { readonly notice: NoticeView }) => {
  const t = useTranslations("notices");
  const nameOf = useLocalName();
  const about = notice.counterpart === null ? undefined : nameOf(notice.counterpart.name);
  const title = t(`kind.${notice.kind}.what`);
  return (
    <li className="grid items-center gap-x-5 gap-y-1.5 px-4 py-2.5 md:grid-cols-[1fr_auto]">
      <div className="min-w-0">
        <p className={clsx(notice.readAt === null && "font-semibold")}>
          {notice.readAt === null ? <span className="sr-only">{t("unread")} </span> : null}
          {title}
          {about === undefined ? null : ` · ${about}`}
          {notice.homeserver === null ? null : (
            <>
              {" · "}
              <Mono>{notice.homeserver.serverName}</Mono>
            </>
          )}
        </p>
        {notice.settled === null ? <p>{t(`kind.${notice.kind}.todo`)}</p> : <Settled settled={notice.settled} />}
        <Why notice={notice} />
      </div>
      <span className="justify-self-start md:justify-self-end">
        <ButtonLink href={notice.page}>
          {t("open")}
          <span className="sr-only">
            {" "}
            {title} {about}
          </span>
        </ButtonLink>
      </span>
    </li>
  );
};

/** What the reader was told: what happened, why they were told, what is to be done or who did it. */
export const Notices = () => {
  const t = useTranslations("notices");
  const client = useQueryClient();
  const query = useInfiniteQuery(queries.notices());
  const newest = query.data?.pages[0]?.items[0]?.at;
  const unread = query.data?.pages[0]?.unread ?? 0;
  const read = useMutation({
    mutationFn: () => acts.readNotices(newest ?? 0),
    onSettled: () => client.invalidateQueries({ queryKey: ["notices"] }),
  });
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer", { unread })}
        acts={
          <>
            {unread === 0 ? null : (
              <Button onPress={() => read.mutate()} isPending={read.isPending}>
                {t("readAll")}
              </Button>
            )}
            <TextLink href="/settings#notices">{t("choose")}</TextLink>
          </>
        }
      />
      <Refused error={read.error} />
      <div className="mt-5">
        <Loaded query={query}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <EmptyState act={<ButtonLink href="/inbox">{t("toInbox")}</ButtonLink>}>{t("empty")}</EmptyState>
            ) : (
              <>
                <Rows label={t("title")}>
                  {items.map((notice) => (
                    <Item key={notice.id} notice={notice} />
                  ))}
                </Rows>
                <More query={query} />
              </>
            );
          }}
        </Loaded>
      </div>
    </>
  );
};
