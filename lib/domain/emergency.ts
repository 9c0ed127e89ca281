import type { AgencyId, PersonId } from "./ids.ts";
import { HOUR, type Instant, later, MINUTE } from "./instant.ts";
import { err, ok, type Result } from "./result.ts";

/** `federation`: a coordinator stops an agency everywhere. `own`: an agency stops itself. */
export const STOP_SCOPES = ["federation", "own"] as const;
export type StopScope = (typeof STOP_SCOPES)[number];

/** An agency's doors shut at once, whatever its agreements say. An exercise is the same but for the doors. */
export type Stop = {
  readonly agency: AgencyId;
  readonly scope: StopScope;
  readonly exercise: boolean;
  readonly startedAt: Instant;
  readonly confirmedAt?: Instant | undefined;
  readonly endedAt?: Instant | undefined;
};

export const STOP_STATES = ["in_force", "awaits_second", "lapsed", "lifted"] as const;
export type StopState = (typeof STOP_STATES)[number];

/** A stop for all of the federation by one person stands so long unless a second one confirms it. */
const CONFIRM_WITHIN = HOUR;
/** How long before it lapses the second person is called for. */
const ALARM_BEFORE = 15 * MINUTE;

/** When the stop lapses by itself; undefined where it never does: an agency's stop of itself, and what a second confirmed. */
export const lapsesAt = ({ scope, startedAt, confirmedAt }: Stop): Instant | undefined =>
  scope === "own" || confirmedAt !== undefined ? undefined : later(startedAt, CONFIRM_WITHIN);

export const stopState = (stop: Stop, now: Instant): StopState => {
  const lapses = lapsesAt(stop);
  if (lapses !== undefined && lapses <= (stop.endedAt ?? now)) return "lapsed";
  if (stop.endedAt !== undefined) return "lifted";
  return lapses === undefined ? "in_force" : "awaits_second";
};

const stands = (stop: Stop, now: Instant): boolean => ["in_force", "awaits_second"].includes(stopState(stop, now));

/** Whether the second person is to be called for now. */
export const callsForSecond = (stop: Stop, now: Instant): boolean => {
  const lapses = lapsesAt(stop);
  return lapses !== undefined && stands(stop, now) && lapses - now <= ALARM_BEFORE;
};

/** Whether the stop shuts the agency's doors now. */
export const shutsDoors = (stop: Stop, now: Instant): boolean => !stop.exercise && stands(stop, now);

/** The agencies whose doors are shut by a stop now. */
export const stoppedAgencies = (stops: readonly Stop[], now: Instant): ReadonlySet<AgencyId> =>
  new Set(stops.filter((stop) => shutsDoors(stop, now)).map(({ agency }) => agency));

/** `confirm`: the second person. `lift`: the doors open again as the agreements say. */
export const STOP_MOVES = ["confirm", "lift"] as const;
export type StopMove = (typeof STOP_MOVES)[number];
export type StopRefusal = "stop_not_standing" | "stop_confirmed_already" | "stop_own_confirmation";

/** Whether this person may make the move now; that their role reaches for it is the caller's to know. */
export const decideStop = (
  stop: Stop & { readonly startedBy: PersonId },
  { move, person, at }: { readonly move: StopMove; readonly person: PersonId; readonly at: Instant },
): Result<true, StopRefusal> => {
  if (!stands(stop, at)) return err("stop_not_standing");
  if (move === "lift") return ok(true);
  if (lapsesAt(stop) === undefined) return err("stop_confirmed_already");
  return stop.startedBy === person ? err("stop_own_confirmation") : ok(true);
};

/** How far a server has come. `by_hand`: it did not answer, or the portal does not drive it. `exercise`: nothing is sent. */
export const STOP_PROGRESS = ["shut", "sent", "waiting", "by_hand", "exercise"] as const;
export type StopProgress = (typeof STOP_PROGRESS)[number];

/** What is known of one server that a stop concerns. */
export type StoppedServer = {
  /** Whether the last list signed for it still holds a reason that the stop ends. */
  readonly listed: boolean;
  /** Whether it has proved to hold its last list. */
  readonly confirmed: boolean;
  /** Whether something there enforces what the portal says. */
  readonly driven: boolean;
  readonly unreachable: boolean;
};

/** How far one server has come in obeying a stop. */
export const stopProgress = (
  { listed, confirmed, driven, unreachable }: StoppedServer,
  exercise: boolean,
): StopProgress => {
  if (!driven || (unreachable && (exercise || listed || !confirmed))) return "by_hand";
  if (exercise) return "exercise";
  if (listed) return "waiting";
  return confirmed ? "shut" : "sent";
};
