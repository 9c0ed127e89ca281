"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ChangeEvent } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { ConsentsView } from "#lib/contracts/consents.ts";
import { DownloadLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { lastMomentOf, useDay, useLocalName, useWhen } from "../ui/when.tsx";

type Signed = ConsentsView["signed"][number];

const SignedTable = ({ signed }: { readonly signed: readonly Signed[] }) => {
  const t = useTranslations("consents");
  const nameOf = useLocalName();
  const day = useDay();
  const when = useWhen();
  const columns: readonly Column<Signed>[] = [
    { key: "agency", title: t("agency"), cell: ({ agency }) => nameOf(agency.name) },
    { key: "key", title: t("key"), cell: ({ keyId, fingerprint }) => <Mono>{`${keyId} ${fingerprint}`}</Mono> },
    { key: "until", title: t("until"), cell: ({ until }) => day(lastMomentOf(until)) },
    { key: "at", title: t("given"), cell: ({ at, person }) => `${when(at)}, ${person.name}` },
    { key: "current", title: t("counts"), cell: ({ current }) => (current ? t("current") : t("former")) },
  ];
  return <Table label={t("title")} columns={columns} rows={signed} rowKey={({ keyId, at }) => `${keyId} ${at}`} />;
};

const Give = ({ agreement, as }: { readonly agreement: string; readonly as: string }) => {
  const t = useTranslations("consents");
  const client = useQueryClient();
  const give = useMutation({
    mutationFn: (file: string) => acts.giveConsent(agreement, { as, file }),
    onSuccess: (view) => client.setQueryData(queries.consents(agreement).queryKey, view),
  });
  const read = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined) void file.text().then((text) => give.mutate(text));
  };
  return (
    <div className="no-print mt-4 flex max-w-2xl flex-col gap-1">
      <label htmlFor="consent-file" className="font-semibold">
        {t("file")}
      </label>
      <input
        id="consent-file"
        type="file"
        accept=".json,application/json"
        onChange={read}
        disabled={give.isPending}
        className="min-h-9"
      />
      <Refused error={give.error} />
      <p aria-live="polite">{give.isSuccess ? t("taken") : ""}</p>
    </div>
  );
};

const Body = ({ agreement, view }: { readonly agreement: string; readonly view: ConsentsView }) => {
  const t = useTranslations("consents");
  const { request, unsignable, signed, mayGive } = view;
  const as = mayGive[0];
  const href = request === null ? "" : `data:application/json;charset=utf-8,${encodeURIComponent(request.text)}`;
  return (
    <>
      <p className="mb-3 max-w-[72ch]">{unsignable === null ? t("what") : t(`unsignable.${unsignable}`)}</p>
      {request === null || as === undefined ? null : (
        <p className="no-print mb-3">
          <DownloadLink href={href} name={request.name}>
            {t("download")}
          </DownloadLink>
        </p>
      )}
      {signed.length === 0 ? <p className="text-quiet">{t("none")}</p> : <SignedTable signed={signed} />}
      {as === undefined ? null : <Give agreement={agreement} as={as.id} />}
    </>
  );
};

/** What each agency signed with a key that the portal never has, for servers whose operators ask for it. */
export const Consents = ({ agreement }: { readonly agreement: string }) => {
  const t = useTranslations("consents");
  const query = useQuery(queries.consents(agreement));
  return (
    <Section title={t("title")} note={t("note")}>
      <Loaded query={query}>{(view) => <Body agreement={agreement} view={view} />}</Loaded>
    </Section>
  );
};
