"use client";

import clsx from "clsx";
import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleSlash,
  Clock,
  Eye,
  Hourglass,
  type LucideIcon,
  OctagonAlert,
  PenLine,
  RotateCw,
  ShieldX,
  Unplug,
} from "lucide-react";
import { useTranslations } from "next-intl";
import type { AgreementSummary } from "#lib/contracts/trust.ts";
import { type AgreementPhrase, PHRASES, phraseOf, type Tone, toneOf } from "./status.ts";

const ICONS: Readonly<Record<AgreementPhrase, LucideIcon>> = {
  none: CircleDashed,
  in_force: CircleCheck,
  on_its_way: Clock,
  held: Hourglass,
  shut_locally: ShieldX,
  unreachable: Unplug,
  differs: CircleAlert,
  awaiting_restart: RotateCw,
  stale: CircleDashed,
  open_alarm: OctagonAlert,
  suspended: CirclePause,
  observe_only: Eye,
  not_connected: Unplug,
  shut: CircleSlash,
  requested: PenLine,
  offered: Hourglass,
  decline: Ban,
  withdraw: Ban,
  leave: Ban,
  part: Ban,
  revoke: CircleSlash,
  undo: CircleSlash,
  before: Clock,
  after: CircleSlash,
  reconsent: PenLine,
};

export const TONE_CLASS: Readonly<Record<Tone, string>> = {
  force: "text-force",
  way: "text-way",
  stop: "text-stop",
  quiet: "text-quiet",
};

const isStage = (phrase: AgreementPhrase): phrase is (typeof PHRASES)[number] =>
  (PHRASES as readonly string[]).includes(phrase);

/** The phrase in the language of the page. */
export const usePhrase = (): ((phrase: AgreementPhrase) => string) => {
  const status = useTranslations("status");
  const stage = useTranslations("stage");
  return (phrase) => (isStage(phrase) ? stage(phrase) : status(phrase));
};

/** A status: icon and word, never colour alone. */
export const StatusPhrase = ({
  phrase,
  large = false,
}: {
  readonly phrase: AgreementPhrase;
  readonly large?: boolean;
}) => {
  const say = usePhrase();
  const Icon = ICONS[phrase];
  return (
    <span
      data-status={phrase}
      className={clsx(
        "inline-flex items-center gap-1.5 font-semibold whitespace-nowrap",
        TONE_CLASS[toneOf(phrase)],
        large ? "text-xl" : "text-sm",
      )}
    >
      <Icon size={large ? 20 : 16} strokeWidth={1.75} aria-hidden className="flex-none" />
      {say(phrase)}
    </span>
  );
};

export const AgreementStatus = ({ agreement }: { readonly agreement: AgreementSummary }) => (
  <StatusPhrase phrase={phraseOf(agreement)} />
);
