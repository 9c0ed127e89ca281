"use client";

import { useInfiniteQuery, useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { InboxItem } from "#lib/contracts/overview.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { useMe } from "../shell/session.tsx";
import { Button, ButtonLink, TextLink } from "../ui/button.tsx";
import { ManyChoices, TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { EmptyState, Mono, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { lastMomentOf, useDay, useLocalName } from "../ui/when.tsx";
import { ShortDigest, Terms } from "./terms.tsx";

type Consent = { readonly move: "endorse" | "accept"; readonly view: AgreementView };

/** What of the inbox this person may consent to for that agency, each agreement once. */
export const consentsAmong = (
  items: readonly InboxItem[],
  agency: string,
): readonly { readonly id: string; readonly move: Consent["move"] }[] =>
  items.flatMap(({ agreement, as, moves }) => {
    const move = moves.find((each): each is Consent["move"] => each === "endorse" || each === "accept");
    return agreement === null || as.id !== agency || move === undefined ? [] : [{ id: agreement, move }];
  });

const otherOf = ({ parties, mine }: AgreementView) => parties.filter(({ side }) => side !== mine);

const useTitle = () => {
  const nameOf = useLocalName();
  return (view: AgreementView): string =>
    otherOf(view)
      .map(({ agency }) => nameOf(agency.name))
      .join(", ");
};

/** One of them in a line: what it is for, which servers open for each other, and until when. */
const InShort = ({ move, view }: Consent) => {
  const t = useTranslations("reviewMany");
  const day = useDay();
  const names = (side: "home" | "partner") => (view.terms?.servers[side] ?? []).join(", ");
  return (
    <>
      <span className="block">{t(`${move}Line`, { purpose: view.purpose ?? "" })}</span>
      <Mono>
        {names("home")} ⇄ {names("partner")}
      </Mono>
      {" · "}
      {view.end === null ? t("untilRevoked") : t("until", { day: day(lastMomentOf(view.end)) })}
    </>
  );
};

const TermsOfEach = ({ consents }: { readonly consents: readonly Consent[] }) => {
  const t = useTranslations("reviewMany");
  const title = useTitle();
  return (
    <Section title={t("terms")} note={t("termsNote")}>
      <ul className="divide-y divide-line rounded border border-line bg-card">
        {consents.map(({ view }) => (
          <li key={view.id} className="px-4 py-2.5">
            <details>
              <summary className="cursor-pointer font-semibold">
                {title(view)} {view.digest === null ? null : <ShortDigest digest={view.digest} />}
              </summary>
              <div className="mt-3">
                <Terms agreement={view} />
                <p className="mt-3">
                  <TextLink href={`/agreements/${view.id}/review`}>{t("alone", { other: title(view) })}</TextLink>
                </p>
              </div>
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
};

const useConsentToMany = (as: string) => {
  const t = useTranslations("reviewMany");
  const client = useQueryClient();
  const router = useRouter();
  const say = useSay();
  return useMutation({
    mutationFn: ({ chosen, diarienummer }: { readonly chosen: readonly Consent[]; readonly diarienummer: string }) =>
      acts.decideMany({
        as,
        ...(diarienummer.trim() === "" ? {} : { diarienummer }),
        items: chosen.map(({ move, view: { id, version, digest } }) => ({ id, move, version, digest: digest ?? "" })),
      }),
    onSuccess: ({ items }) => {
      say(t("done", { count: items.length }));
      router.push("/inbox");
    },
    onSettled: () =>
      Promise.all(
        ["agreement", "agreements", "inbox", "overview", "agencies"].map((topic) =>
          client.invalidateQueries({ queryKey: [topic] }),
        ),
      ),
  });
};

const Choose = ({ consents, as }: { readonly consents: readonly Consent[]; readonly as: string }) => {
  const t = useTranslations("reviewMany");
  const title = useTitle();
  const [left, setLeft] = useState<readonly string[]>([]);
  const [diarienummer, setDiarienummer] = useState("");
  const act = useConsentToMany(as);
  const fields = useFieldErrors(act.error);
  const chosen = consents.filter(({ view }) => !left.includes(view.id));
  const faults = chosen.flatMap(({ view }, place) => {
    const sentence = fields[`items.${place}`];
    return sentence === undefined ? [] : [{ field: `item-${view.id}`, sentence: `${title(view)}: ${sentence}` }];
  });
  return (
    <>
      <ErrorSummary faults={faults} error={act.error} />
      <div className="mt-6">
        <ManyChoices
          name="item"
          label={t("which")}
          hint={t("whichHint")}
          value={chosen.map(({ view }) => view.id)}
          onChange={(ids) => setLeft(consents.map(({ view }) => view.id).filter((id) => !ids.includes(id)))}
          options={consents.map(({ move, view }) => ({
            value: view.id,
            label: title(view),
            hint: <InShort move={move} view={view} />,
          }))}
        />
      </div>
      <TermsOfEach consents={consents} />
      <div className="mt-6">
        <TextInput
          name="diarienummer"
          label={t("diarienummer")}
          hint={t("diarienummerHint")}
          value={diarienummer}
          onChange={setDiarienummer}
          error={fields["diarienummer"]}
          narrow
        />
      </div>
      <div className="mt-5">
        <Button
          look="primary"
          isDisabled={chosen.length === 0}
          isPending={act.isPending}
          onPress={() => act.mutate({ chosen, diarienummer })}
        >
          {t("consent", { count: chosen.length })}
        </Button>
        <p className="mt-2 text-xs text-quiet">{t("bound")}</p>
      </div>
    </>
  );
};

const Gathered = ({ items, as }: { readonly items: readonly InboxItem[]; readonly as: string }) => {
  const t = useTranslations("reviewMany");
  const among = consentsAmong(items, as);
  const views = useQueries({ queries: among.map(({ id }) => queries.agreement(id)) });
  const consents = among.flatMap(({ move }, place): readonly Consent[] => {
    const view = views[place]?.data;
    return view === undefined ? [] : [{ move, view }];
  });
  if (among.length === 0)
    return (
      <div className="mt-6">
        <EmptyState act={<ButtonLink href="/inbox">{t("inbox")}</ButtonLink>}>{t("empty")}</EmptyState>
      </div>
    );
  // One button for all of them: it waits until each has been shown.
  return consents.length < among.length ? (
    <p className="mt-6">{t("loading")}</p>
  ) : (
    <Choose consents={consents} as={as} />
  );
};

/** Endorsements and acceptances under one review: each listed with its terms, any left out, one act for the rest. */
export const ReviewMany = () => {
  const t = useTranslations("reviewMany");
  const { agency } = useMe();
  const query = useInfiniteQuery(queries.inbox({ direction: "incoming", limit: 100 }));
  return (
    <>
      <PageHead
        title={t("title")}
        answer={t("answer")}
        trail={{ href: "/inbox", label: t("inbox"), here: t("here") }}
      />
      {agency === undefined ? (
        <EmptyState>{t("empty")}</EmptyState>
      ) : (
        <Loaded query={query}>
          {({ pages }) => <Gathered items={pages.flatMap(({ items }) => items).slice(0, 100)} as={agency.id} />}
        </Loaded>
      )}
    </>
  );
};
