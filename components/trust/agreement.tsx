"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { CalendarClock, Printer } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { acts } from "#lib/client/acts.ts";
import { queries } from "#lib/client/queries.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { AfterEnd, ReachLinks, WorksInAgreement } from "../diagnose/between.tsx";
import { useMe } from "../shell/session.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Notice, PageHead, Section } from "../ui/page.tsx";
import { Refused } from "../ui/problem.tsx";
import { lastMomentOf, useDay, useLocalName, useTimeLeft, useWhen } from "../ui/when.tsx";
import { ActForm, GRAVE_MOVES, type GraveMove } from "./act-form.tsx";
import { Amendment } from "./amendment.tsx";
import { Consents } from "./consents.tsx";
import { DecisionDocument } from "./decision-document.tsx";
import { Evidence } from "./evidence.tsx";
import { Exposure } from "./exposure.tsx";
import { Firewall } from "./firewall.tsx";
import { HeldBy } from "./held-by.tsx";
import { IdentityChoice } from "./identity-choice.tsx";
import { Opinions } from "./opinions.tsx";
import { Questions } from "./questions.tsx";
import { Renamed } from "./renamed.tsx";
import { type AgreementPhrase, phraseOf } from "./status.ts";
import { StatusPhrase } from "./status-phrase.tsx";
import { ShortDigest, Terms } from "./terms.tsx";
import { Timeline } from "./timeline.tsx";
import { TrustLine } from "./trust-line.tsx";
import { TwoKeys } from "./two-keys.tsx";
import { mayMove } from "./use-decision.ts";

/** When the last of the proofs was seen: the moment since which the door is known to be as it is. */
const provenAt = ({ lanes }: AgreementView): number | null => {
  const times = lanes.flatMap(({ stations }) =>
    stations.filter(({ station }) => station === "observed").map(({ at }) => at),
  );
  return times.some((at) => at === null)
    ? null
    : times.reduce<number | null>((last, at) => Math.max(last ?? 0, at ?? 0), null);
};

/** The sentence that answers in the first second: is it open, since when, proven by whom, and until when. */
const useAnswer = (agreement: AgreementView): string => {
  const t = useTranslations("agreement");
  const status = useTranslations("statusSentence");
  const when = useWhen();
  const day = useDay();
  const phrase: AgreementPhrase = phraseOf(agreement);
  const at = provenAt(agreement);
  const first =
    phrase === "in_force" ? (at === null ? status("in_force") : t("openProven", { at: when(at) })) : status(phrase);
  if (agreement.stage === "closed") return first;
  const last = agreement.end === null ? t("untilRevoked") : t("until", { day: day(lastMomentOf(agreement.end)) });
  return `${first} ${last}`;
};

const Acts = ({ agreement, act }: { readonly agreement: AgreementView; readonly act: (move: GraveMove) => void }) => {
  const t = useTranslations("acts");
  const { agency } = useMe();
  const consents = (["endorse", "accept"] as const).some((move) => mayMove(agreement, move, agency?.id) !== undefined);
  const moves = GRAVE_MOVES.filter(
    (move) =>
      move !== "undo" && !(consents && move === "decline") && mayMove(agreement, move, agency?.id) !== undefined,
  );
  return (
    <>
      {consents ? (
        <ButtonLink look="primary" href={`/agreements/${agreement.id}/review`}>
          {t("review")}
        </ButtonLink>
      ) : null}
      {moves.map((move) => (
        <Button
          key={move}
          look={move === "resume" || move === "reconsent" ? "primary" : move === "suspend" ? "plain" : "grave"}
          onPress={() => act(move)}
        >
          {t(`${move}.open`)}
        </Button>
      ))}
      <Button look="quiet" onPress={() => window.print()}>
        <Printer size={16} strokeWidth={1.75} aria-hidden />
        {t("print")}
      </Button>
    </>
  );
};

const Undo = ({ agreement, act }: { readonly agreement: AgreementView; readonly act: (move: GraveMove) => void }) => {
  const t = useTranslations("acts");
  const until = agreement.allowed.find(({ moves }) => moves.includes("undo"))?.undoUntil ?? null;
  const left = useTimeLeft(until);
  if (left === undefined) return null;
  return (
    <div className="no-print mt-4 flex flex-wrap items-center gap-3 border-l-4 border-act bg-act-soft px-3.5 py-2">
      <CalendarClock size={16} strokeWidth={1.75} aria-hidden className="text-act" />
      <span>{t("undoLeft", { left })}</span>
      <Button look="plain" onPress={() => act("undo")}>
        {t("undo.open")}
      </Button>
    </div>
  );
};

const Notices = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("agreement");
  const nameOf = useLocalName();
  const names = (of: AgreementView["parties"]) => of.map(({ agency }) => nameOf(agency.name)).join(", ");
  const stopped = agreement.parties.filter((party) => party.stopped);
  const suspended = agreement.parties.filter((party) => party.suspended);
  const reconsent = agreement.parties.filter((party) => party.awaitingReconsent);
  return (
    <>
      {stopped.length === 0 ? null : <Notice tone="stop">{t("stoppedBy", { agencies: names(stopped) })}</Notice>}
      {suspended.length === 0 ? null : <Notice>{t("suspendedBy", { agencies: names(suspended) })}</Notice>}
      {reconsent.length === 0 ? null : (
        <Notice>
          <Renamed agreement={agreement} />
          {t("awaitsReconsent", { agencies: names(reconsent) })}
        </Notice>
      )}
      {agreement.opensAlso.length === 0 ? null : (
        <Notice>{t("opensAlso", { agencies: agreement.opensAlso.map(({ name }) => nameOf(name)).join(", ") })}</Notice>
      )}
    </>
  );
};

const Papers = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("agreement");
  const note =
    agreement.digest === null ? undefined : (
      <>
        {t("termsVersion", { number: agreement.termsNumber ?? 1 })} · <ShortDigest digest={agreement.digest} />
      </>
    );
  return (
    <div className="grid gap-x-7 lg:grid-cols-2">
      <Section title={t("terms")} note={note}>
        <Terms agreement={agreement} />
      </Section>
      <Section title={t("evidence")} note={t("evidenceNote")}>
        <Evidence lanes={agreement.lanes} />
      </Section>
    </div>
  );
};

const AgreementBody = ({ agreement }: { readonly agreement: AgreementView }) => {
  const t = useTranslations("agreement");
  const nameOf = useLocalName();
  const { agency } = useMe();
  const [move, setMove] = useState<GraveMove | undefined>();
  const answer = useAnswer(agreement);
  const look = useMutation({ mutationFn: acts.look });
  const names = agreement.parties.map((party) => nameOf(party.agency.name));
  const as = move === undefined ? undefined : mayMove(agreement, move, agency?.id);
  return (
    <>
      <PageHead
        title={t("title", { home: names[0] ?? "", partner: names.slice(1).join(", ") })}
        answer={answer}
        acts={<Acts agreement={agreement} act={setMove} />}
        trail={{ href: "/agreements", label: t("all"), here: names.join(" · ") }}
      />
      <p className="mt-3" aria-live="polite">
        <StatusPhrase phrase={phraseOf(agreement)} large />
      </p>
      <Undo agreement={agreement} act={setMove} />
      {move === undefined || as === undefined ? null : (
        <ActForm agreement={agreement} move={move} as={as} onDone={() => setMove(undefined)} />
      )}
      <Notices agreement={agreement} />
      {agreement.digest === null ? null : <HeldBy agreement={agreement} />}
      <AfterEnd agreement={agreement} />
      {agreement.lanes.length === 0 ? null : (
        <TrustLine lanes={agreement.lanes} parties={agreement.parties} look={(id) => look.mutate(id)} />
      )}
      <Refused error={look.error} />
      <Papers agreement={agreement} />
      <TwoKeys agreement={agreement} />
      {agreement.stage === "agreed" && agreement.digest !== null ? <Amendment agreement={agreement} /> : null}
      {agreement.digest === null ? null : <Questions agreement={agreement.id} />}
      {agreement.digest === null ? null : <Opinions agreement={agreement.id} />}
      {agreement.stage === "agreed" && agreement.digest !== null ? <Consents agreement={agreement.id} /> : null}
      {agreement.agreedAt === null || agreement.digest === null ? null : <DecisionDocument agreement={agreement.id} />}
      <Section title={t("timeline")}>
        <Timeline agreement={agreement.id} />
      </Section>
      {agreement.stage === "agreed" && agreement.digest !== null ? <Firewall agreement={agreement.id} /> : null}
      {agreement.stage === "agreed" && agreement.digest !== null ? <IdentityChoice agreement={agreement.id} /> : null}
      {agreement.digest === null ? null : <Exposure agreement={agreement.id} closed={agreement.stage === "closed"} />}
      <ReachLinks agreement={agreement} />
      <WorksInAgreement agreement={agreement} />
    </>
  );
};

export const Agreement = ({ id }: { readonly id: string }) => {
  const query = useQuery(queries.agreement(id));
  return <Loaded query={query}>{(agreement) => <AgreementBody agreement={agreement} />}</Loaded>;
};
