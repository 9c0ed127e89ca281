"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, ShieldCheck, ShieldX } from "lucide-react";
import { useMessages, useTranslations } from "next-intl";
import { withQuery } from "#lib/client/http.ts";
import { queries } from "#lib/client/queries.ts";
import type { AuditRow } from "#lib/contracts/audit.ts";
import { AUDIT_OUTCOMES } from "#lib/domain/audit.ts";
import { Button, DownloadLink } from "../ui/button.tsx";
import { Chips } from "../ui/chips.tsx";
import { Loaded, More } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead } from "../ui/page.tsx";
import { useSentence } from "../ui/problem.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { useUrlFilter } from "../ui/url-filter.ts";
import { useLocalName, When } from "../ui/when.tsx";
import { Details } from "./details.tsx";

const KINDS = [
  "trust",
  "agency",
  "homeserver",
  "list",
  "change",
  "approval_rule",
  "person",
  "membership",
  "token",
  "link",
  "request",
] as const;

/** The kind of a row in words; its code where we have none. */
const useKind = (): ((kind: string) => string) => {
  const known: Readonly<Record<string, unknown>> = useMessages()["auditKind"];
  return (kind) => {
    const words = known[kind.replace(".", "_")];
    return typeof words === "string" ? words : kind;
  };
};

const Row = ({ row }: { readonly row: AuditRow }) => {
  const t = useTranslations("audit");
  const kind = useKind();
  const sentence = useSentence();
  const nameOf = useLocalName();
  const who =
    row.actor === null ? t("portal") : (row.actor.name ?? t("erased", { pseudonym: row.actor.pseudonym.slice(0, 8) }));
  return (
    <li
      data-seq={row.seq}
      data-kind={row.kind}
      className="keep grid gap-x-5 gap-y-1 px-4 py-2.5 text-sm md:grid-cols-[4.5rem_11rem_1fr]"
    >
      <span className="text-quiet">{`#${row.seq}`}</span>
      <span className="text-quiet">
        <When at={row.at} />
      </span>
      <div className="min-w-0">
        <p>
          <b className="font-semibold">{kind(row.kind)}</b>{" "}
          {row.outcome === "refused" ? <span className="font-semibold text-stop">{t("refused")}</span> : null}{" "}
          <span className="text-quiet">
            {who}
            {row.rule === null
              ? null
              : `, ${t("byRule", { number: row.rule.number, owner: row.rule.owner.name ?? t("someone") })}`}
            {row.agencies.length === 0 ? null : <> · {row.agencies.map(({ name }) => nameOf(name)).join(", ")}</>}
          </span>
        </p>
        {row.code === null ? null : <p>{sentence(row.code, undefined, row.code)}</p>}
        <p className="text-xs text-quiet">
          <Mono>{row.subject}</Mono>
        </p>
        <Details row={row} />
      </div>
    </li>
  );
};

const Verified = () => {
  const t = useTranslations("audit");
  const { data, error, isFetching, refetch } = useQuery(queries.verification());
  const good = data?.ok === true;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-3">
      {data === undefined ? (
        <span className="text-quiet">{error === null ? t("verifying") : t("notVerified")}</span>
      ) : (
        <span
          data-verified={data.ok}
          className={`inline-flex items-center gap-1.5 font-semibold ${good ? "text-force" : "text-stop"}`}
        >
          {good ? (
            <ShieldCheck size={20} strokeWidth={1.75} aria-hidden />
          ) : (
            <ShieldX size={20} strokeWidth={1.75} aria-hidden />
          )}
          {good
            ? t.rich("verified", { seq: data.head?.seq ?? 0, at: () => <When at={data.at} /> })
            : t("broken", { seq: data.firstBad?.seq ?? 0, why: data.firstBad?.why ?? "" })}
        </span>
      )}
      <Button look="quiet" isPending={isFetching} onPress={() => void refetch()}>
        {t("verifyAgain")}
      </Button>
    </div>
  );
};

const Filters = () => {
  const t = useTranslations("audit");
  const { get, oneOf, set } = useUrlFilter();
  return (
    <div className="no-print mt-5 mb-4 space-y-2.5">
      <SearchBox label={t("search")} value={get("q") ?? ""} onChange={(value) => set("q", value)} />
      <Chips
        label={t("kind")}
        options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        value={oneOf("kind", KINDS)}
        onChange={(value) => set("kind", value)}
      />
      <Chips
        label={t("outcome")}
        options={AUDIT_OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) }))}
        value={oneOf("outcome", AUDIT_OUTCOMES)}
        onChange={(value) => set("outcome", value)}
      />
    </div>
  );
};

/** The log: what was done and what was refused, in the order of commit, and whether the chain holds. */
export const Audit = () => {
  const t = useTranslations("audit");
  const { get, oneOf } = useUrlFilter();
  const kind = oneOf("kind", KINDS);
  const wanted = {
    q: get("q"),
    kind: kind === undefined ? undefined : `${kind}.*`,
    outcome: oneOf("outcome", AUDIT_OUTCOMES),
  };
  const query = useInfiniteQuery(queries.audit(wanted));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        acts={
          <DownloadLink href={withQuery("/api/v1/audit/export", wanted)}>
            <Download size={16} strokeWidth={1.75} aria-hidden />
            {t("export")}
          </DownloadLink>
        }
      />
      <Verified />
      <Filters />
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <EmptyState>{t("empty")}</EmptyState>
          ) : (
            <>
              <ul
                aria-label={t("title")}
                className="rounded border border-line bg-card *:border-t *:border-line *:first:border-t-0"
              >
                {rows.map((row) => (
                  <Row key={row.seq} row={row} />
                ))}
              </ul>
              <More query={query} />
            </>
          )
        }
      </Loaded>
    </>
  );
};
