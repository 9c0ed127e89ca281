import type { AgreementSummary } from "#lib/contracts/trust.ts";
import type { Status } from "#lib/domain/statuses.ts";

/** What is said of an agreement: where the decision stands until both have agreed, and only what is measured after that. */
export const PHRASES = [
  "requested",
  "offered",
  "decline",
  "withdraw",
  "revoke",
  "undo",
  "leave",
  "part",
  "before",
  "after",
  "reconsent",
] as const;
export type AgreementPhrase = (typeof PHRASES)[number] | Status;

type Said = Pick<AgreementSummary, "stage" | "closedBy" | "status" | "phase" | "parties">;

/** Doors of a closed agreement that are not yet seen shut keep their measured word: it is what matters then. */
const STILL_OPEN: ReadonlySet<Status> = new Set(["open_alarm", "differs", "in_force", "on_its_way", "unreachable"]);

/** The one phrase for an agreement. "Agreed" is none of them. */
export const phraseOf = ({ stage, closedBy, status, phase, parties }: Said): AgreementPhrase => {
  if (stage === "closed") return STILL_OPEN.has(status) && closedBy !== "decline" ? status : (closedBy ?? "shut");
  if (stage !== "agreed") return stage;
  if (status === "open_alarm") return status;
  if (phase !== "within") return phase;
  if (parties.some((party) => party.awaitingReconsent)) return "reconsent";
  if (parties.some((party) => party.suspended)) return status === "in_force" ? "differs" : "suspended";
  return status;
};

export type Tone = "force" | "way" | "stop" | "quiet";

const TONES: Readonly<Record<AgreementPhrase, Tone>> = {
  none: "quiet",
  in_force: "force",
  on_its_way: "way",
  held: "way",
  shut_locally: "stop",
  unreachable: "stop",
  differs: "stop",
  awaiting_restart: "way",
  stale: "way",
  open_alarm: "stop",
  suspended: "quiet",
  observe_only: "way",
  not_connected: "quiet",
  shut: "quiet",
  requested: "way",
  offered: "way",
  decline: "quiet",
  withdraw: "quiet",
  leave: "quiet",
  part: "quiet",
  revoke: "quiet",
  undo: "quiet",
  before: "quiet",
  after: "quiet",
  reconsent: "way",
};

export const toneOf = (phrase: AgreementPhrase): Tone => TONES[phrase];
