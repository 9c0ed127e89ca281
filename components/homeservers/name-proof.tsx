"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { NameProofView } from "#lib/contracts/name-proof.ts";
import { Button } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Facts, Mono, Notice } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { When } from "../ui/when.tsx";

const TONE = { missing: "act", proven: undefined, lost: "stop" } as const;

const Standing = ({ proof }: { readonly proof: NameProofView }) => {
  const t = useTranslations("nameProof");
  const tone = TONE[proof.state];
  const failing = proof.state === "proven" && proof.failingSince !== null;
  return (
    <Notice {...(failing ? { tone: "act" } : tone === undefined ? {} : { tone })} title={t(`state.${proof.state}`)}>
      {proof.provenAt === null || proof.state === "missing" ? null : (
        <p>{t.rich("provenAt", { at: () => <When at={proof.provenAt ?? 0} /> })}</p>
      )}
      {proof.failingSince === null ? null : (
        <p>{t.rich("failingSince", { at: () => <When at={proof.failingSince ?? 0} /> })}</p>
      )}
      {proof.state === "proven" && !failing ? null : <p>{t("publish")}</p>}
    </Notice>
  );
};

const Body = ({ id, proof }: { readonly id: string; readonly proof: NameProofView }) => {
  const t = useTranslations("nameProof");
  const client = useQueryClient();
  const ask = useMutation({
    mutationFn: () => acts.askNameProof(id),
    onSuccess: (view) => client.setQueryData(queries.nameProof(id).queryKey, view),
  });
  return (
    <>
      <Standing proof={proof} />
      <div className="mt-3">
        <Facts
          facts={[
            [t("token"), <Mono key="token">{proof.token}</Mono>],
            [t("file"), <Mono key="file">{proof.url}</Mono>],
            [t("record"), proof.record === null ? null : <Mono key="record">{`${proof.record} TXT`}</Mono>],
            [t("found"), proof.found === null ? null : t(`place.${proof.found}`)],
            [t("code"), proof.code === null || proof.waiting ? null : <Mono key="code">{proof.code}</Mono>],
            [t("checked"), proof.checkedAt === null ? t("never") : <When key="at" at={proof.checkedAt} />],
          ]}
        />
      </div>
      <Refused error={ask.error} />
      <p className="no-print mt-3" aria-live="polite">
        <Button isPending={ask.isPending} onPress={() => ask.mutate()}>
          {t("ask")}
        </Button>{" "}
        {proof.waiting ? <span className="text-sm text-quiet">{t("waiting")}</span> : null}
      </p>
    </>
  );
};

/** Whether the server's name is proven, what to publish, and a look at once. */
export const NameProof = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.nameProof(id));
  return <Loaded query={query}>{(proof) => <Body id={id} proof={proof} />}</Loaded>;
};
