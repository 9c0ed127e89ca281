"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { queries } from "#lib/client/queries.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import type { Move } from "#lib/domain/trust.ts";
import { WorksInAgreement } from "../diagnose/between.tsx";
import { Residency } from "../homeservers/country.tsx";
import { useMe } from "../shell/session.tsx";
import { Button, TextLink } from "../ui/button.tsx";
import { TextInput } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Mono, Notice, PageHead, Section } from "../ui/page.tsx";
import { ErrorSummary, useFieldErrors } from "../ui/problem.tsx";
import { useSay } from "../ui/toast.tsx";
import { lastMomentOf, useDay, useLocalName } from "../ui/when.tsx";
import { ActForm } from "./act-form.tsx";
import { Exposure } from "./exposure.tsx";
import { Opinions } from "./opinions.tsx";
import { PreviewLines } from "./preview-lines.tsx";
import { Questions } from "./questions.tsx";
import { Renamed } from "./renamed.tsx";
import { phraseOf } from "./status.ts";
import { StatusPhrase } from "./status-phrase.tsx";
import { ShortDigest, Terms } from "./terms.tsx";
import { TwoKeys } from "./two-keys.tsx";
import { mayMove, previewedAs, useDecision } from "./use-decision.ts";

const CONSENTING = ["endorse", "accept", "reconsent"] as const;
type Consenting = (typeof CONSENTING)[number];

const consentOf = (agreement: AgreementView, preferred: string | undefined) =>
  CONSENTING.map((move) => ({ move, as: mayMove(agreement, move, preferred) })).find(
    (each): each is { move: Consenting; as: string } => each.as !== undefined,
  );

const namesOf = (agreement: AgreementView, side: "home" | "partner"): string =>
  agreement.parties
    .filter((party) => party.side === side)
    .flatMap(({ servers }) => servers.map(({ serverName }) => serverName))
    .join(", ");

const mono = (chunks: React.ReactNode) => <Mono>{chunks}</Mono>;
const em = (chunks: React.ReactNode) => <em>{chunks}</em>;

/** Who asks, what becomes possible, and what does not. */
const ThreeSentences = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("review");
  const day = useDay();
  const nameOf = useLocalName();
  const who = (side: "home" | "partner"): string =>
    agreement.parties
      .filter((party) => party.side === side)
      .map(({ agency }) => nameOf(agency.name))
      .join(", ");
  const values = {
    home: who("home"),
    partner: who("partner"),
    purpose: agreement.terms?.purpose ?? "",
    homeServers: namesOf(agreement, "home"),
    partnerServers: namesOf(agreement, "partner"),
    end: agreement.end === null ? "" : day(lastMomentOf(agreement.end)),
    mono,
    em,
  };
  return (
    <ul className="mt-4 max-w-[72ch] list-disc space-y-1.5 pl-5 text-lg">
      <li>{t.rich("whoAsks", values)}</li>
      <li>{agreement.end === null ? t.rich("possibleUntilRevoked", values) : t.rich("possibleUntil", values)}</li>
      <li>{t("notPossible")}</li>
    </ul>
  );
};

const Preview = ({ agreement, move }: { readonly agreement: AgreementView; readonly move: Move }) => {
  const t = useTranslations("review");
  const nameOf = useLocalName();
  const preview = useQuery(queries.preview(agreement.id, previewedAs(move)));
  return (
    <Section title={move === "endorse" ? t("wouldChange") : t("changes")} note={t("changesNote")}>
      <Loaded query={preview}>
        {(view) => (
          <>
            <PreviewLines preview={view} end={agreement.end} />
            <Residency findings={view.residency} />
            {view.opensAlso.length === 0 ? null : (
              <Notice title={t("toKnow")}>
                {t("opensAlso", { agencies: view.opensAlso.map(({ name }) => nameOf(name)).join(", ") })}
              </Notice>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
};

const useConsent = (agreement: AgreementView, move: Consenting, as: string) => {
  const t = useTranslations("review");
  const router = useRouter();
  const say = useSay();
  const decision = useDecision(agreement, () => {
    say(t(`done.${move}`));
    router.push(`/agreements/${agreement.id}`);
  });
  const consent = (diarienummer: string): void => decision.mutate({ move, as, diarienummer });
  return { decision, consent };
};

const Decide = ({
  agreement,
  move,
  as,
}: {
  readonly agreement: AgreementView;
  readonly move: Consenting;
  readonly as: string;
}) => {
  const t = useTranslations("review");
  const me = useMe();
  const [diarienummer, setDiarienummer] = useState("");
  const [declining, setDeclining] = useState(false);
  const asDecline = mayMove(agreement, "decline", me.agency?.id);
  const { decision, consent } = useConsent(agreement, move, as);
  const fields = useFieldErrors(decision.error);
  if (declining && asDecline !== undefined)
    return <ActForm agreement={agreement} move="decline" as={asDecline} onDone={() => setDeclining(false)} />;
  return (
    <div className="no-print">
      {move === "reconsent" ? null : (
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
      )}
      <ErrorSummary faults={[]} error={decision.error} />
      <div className="mt-5 flex flex-wrap items-center gap-3">
        <Button look="primary" onPress={() => consent(diarienummer)} isPending={decision.isPending}>
          {t(`button.${move}`, { home: namesOf(agreement, "home"), partner: namesOf(agreement, "partner") })}
        </Button>
        {asDecline === undefined ? null : (
          <span className="sm:ml-auto">
            <Button look="grave" onPress={() => setDeclining(true)}>
              {t("decline")}
            </Button>
          </span>
        )}
      </div>
      <p className="mt-2 text-xs text-quiet">
        {t("boundTo")} {agreement.digest === null ? null : <ShortDigest digest={agreement.digest} />}
      </p>
    </div>
  );
};

/** Why nothing can be decided here by this reader now, and where things stand. */
const NothingToDecide = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("review");
  const { session } = useMe();
  const sentence = useTranslations("errors");
  return (
    <Notice tone="act">
      <StatusPhrase phrase={phraseOf(agreement)} />{" "}
      {session.cannotDecide === null ? t("nothingToDecide") : sentence(session.cannotDecide)}{" "}
      <TextLink href={`/agreements/${agreement.id}`}>{t("openAgreement")}</TextLink>
    </Notice>
  );
};

const ReviewBody = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("review");
  const { agency } = useMe();
  const nameOf = useLocalName();
  const home = agreement.parties.find(({ side }) => side === "home");
  const partner = agreement.parties.find(({ side }) => side === "partner");
  const other = agreement.mine === "home" ? partner : home;
  const consent = consentOf(agreement, agency?.id);
  const title = t(agreement.mine === "home" ? "titleHome" : "titlePartner", {
    other: other === undefined ? "" : nameOf(other.agency.name),
  });
  return (
    <>
      <PageHead
        title={title}
        trail={{ href: "/inbox", label: t("inbox"), here: other === undefined ? "" : nameOf(other.agency.name) }}
      />
      <ThreeSentences agreement={agreement} />
      {consent?.move === "reconsent" && agreement.renamed.length > 0 ? (
        <Notice>
          <Renamed agreement={agreement} />
        </Notice>
      ) : null}
      {agreement.stage === "closed" ? null : <Preview agreement={agreement} move={consent?.move ?? "accept"} />}
      {agreement.digest === null ? null : <Exposure agreement={agreement.id} closed={agreement.stage === "closed"} />}
      <Section title={t("terms")}>
        <Terms agreement={agreement} />
      </Section>
      <WorksInAgreement agreement={agreement} />
      {agreement.digest === null ? null : <Questions agreement={agreement.id} />}
      {agreement.digest === null ? null : <Opinions agreement={agreement.id} />}
      <TwoKeys agreement={agreement} here={consent === undefined ? undefined : (agreement.mine ?? undefined)} />
      {consent === undefined ? (
        <NothingToDecide agreement={agreement} />
      ) : (
        <Decide agreement={agreement} move={consent.move} as={consent.as} />
      )}
    </>
  );
};

/** A page, never a dialog: what is asked in words, the exact lines, both keys, and a button that says what it does. */
export const Review = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.agreement(id));
  return <Loaded query={query}>{(agreement) => <ReviewBody agreement={agreement} />}</Loaded>;
};
