"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { Button, TextLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { Table } from "../ui/table.tsx";
import { useSay } from "../ui/toast.tsx";
import { useLocalName, When } from "../ui/when.tsx";

type Mine = FederationTermsView["mine"][number];
type Current = NonNullable<FederationTermsView["current"]>;

const Difference = ({ lines }: { readonly lines: Mine["difference"] }) => {
  const t = useTranslations("federationTerms");
  return (
    <div className="max-w-[72ch] rounded border border-line bg-card px-5 py-4">
      {lines.map(({ kind, text }, at) => {
        const key = `${at} ${kind}`;
        if (kind === "same") return <p key={key}>{text === "" ? "\u00a0" : text}</p>;
        const Mark = kind === "added" ? "ins" : "del";
        return (
          <p key={key} className={kind === "added" ? "bg-force-soft" : "bg-stop-soft"}>
            <span className="font-semibold">{t(kind)}</span>
            <Mark>{text}</Mark>
          </p>
        );
      })}
    </div>
  );
};

const Accept = ({ current, mine }: { readonly current: Current; readonly mine: Mine }) => {
  const t = useTranslations("federationTerms");
  const nameOf = useLocalName();
  const client = useQueryClient();
  const say = useSay();
  const [authority, setAuthority] = useState("");
  const [diarienummer, setDiarienummer] = useState("");
  const accept = useMutation({
    mutationFn: () => acts.acceptTerms({ agency: mine.agency.id, digest: current.digest, authority, diarienummer }),
    onSuccess: (view) => {
      client.setQueryData(queries.federationTerms().queryKey, view);
      say(t("done"));
    },
  });
  const errors = useFieldErrors(accept.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    accept.mutate();
  };
  const id = mine.agency.id;
  return (
    <form onSubmit={submit} noValidate className="no-print space-y-4">
      <h3 className="text-base">{t("acceptFor", { agency: nameOf(mine.agency.name) })}</h3>
      <ErrorSummary faults={[]} error={accept.error} />
      <TextInput
        name={`authority-${id}`}
        label={t("authority")}
        hint={t("authorityHint")}
        value={authority}
        onChange={setAuthority}
        error={errors["authority"]}
        isRequired
      />
      <TextInput
        name={`diarienummer-${id}`}
        label={t("diarienummer")}
        value={diarienummer}
        onChange={setDiarienummer}
        error={errors["diarienummer"]}
        isRequired
        narrow
      />
      <Button type="submit" look="primary" isPending={accept.isPending}>
        {t("accept", { number: current.number })}
      </Button>
    </form>
  );
};

const OneOfMine = ({ current, mine }: { readonly current: Current; readonly mine: Mine }) => {
  const t = useTranslations("federationTerms");
  const nameOf = useLocalName();
  const { agency, accepted, upToDate, difference, mayAccept } = mine;
  return (
    <Section title={nameOf(agency.name)}>
      <p className="mb-3">
        {accepted === null ? (
          t("neverAccepted")
        ) : (
          <>
            {t("accepted", { number: accepted.number, diarienummer: accepted.diarienummer })} <When at={accepted.at} />
          </>
        )}
      </p>
      {accepted === null || difference.length === 0 ? null : (
        <div className="mb-4">
          <h3 className="mb-2 text-base">{t("difference", { number: accepted.number })}</h3>
          <Difference lines={difference} />
        </div>
      )}
      {mayAccept ? <Accept current={current} mine={mine} /> : null}
      {mayAccept || upToDate ? null : <p className="text-quiet">{t("approverNeeded")}</p>}
    </Section>
  );
};

const Behind = ({ behind }: { readonly behind: NonNullable<FederationTermsView["behind"]> }) => {
  const t = useTranslations("federationTerms");
  const nameOf = useLocalName();
  return (
    <Section title={t("behind")}>
      {behind.length === 0 ? (
        <p>{t("nobodyBehind")}</p>
      ) : (
        <Table
          label={t("behind")}
          rows={behind}
          rowKey={({ agency }) => agency.id}
          columns={[
            {
              key: "agency",
              title: t("agency"),
              cell: ({ agency }) => (
                <TextLink href={`/agencies/${agency.id}`} strong>
                  {nameOf(agency.name)}
                </TextLink>
              ),
            },
            { key: "last", title: t("last"), cell: ({ accepted }) => accepted ?? t("neverAccepted") },
          ]}
        />
      )}
    </Section>
  );
};

const useAnswer = (view: FederationTermsView | undefined): string | undefined => {
  const t = useTranslations("federationTerms");
  if (view === undefined) return undefined;
  if (view.current === null) return t("none");
  const { number } = view.current;
  if (view.mine.length === 0) return t("onlyRead", { number });
  return view.mine.every(({ upToDate }) => upToDate) ? t("allAccepted", { number }) : t("waiting", { number });
};

/** The federation's terms: what waits for the reader's agency, what has changed, and who is behind. */
export const FederationTerms = () => {
  const t = useTranslations("federationTerms");
  const query = useQuery(queries.federationTerms());
  const answer = useAnswer(query.data);
  return (
    <>
      <PageHead title={t("title")} answer={answer} />
      <Loaded query={query}>
        {({ current, mine, behind }) =>
          current === null ? null : (
            <>
              <Section title={t("current", { number: current.number })} note={<When at={current.at} />}>
                <p className="max-w-[72ch] whitespace-pre-wrap">{current.text}</p>
              </Section>
              {mine.map((one) => (
                <OneOfMine key={one.agency.id} current={current} mine={one} />
              ))}
              {behind === null ? null : <Behind behind={behind} />}
            </>
          )
        }
      </Loaded>
    </>
  );
};
