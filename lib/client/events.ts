import { EventView } from "#lib/contracts/events.ts";

type Topic = EventView["topic"];

/** Which answers an event makes old, by the first word of their keys (lib/client/queries.ts). */
const TOUCHES: Readonly<Record<Topic, readonly string[]>> = {
  agreement: ["agreement", "agreements", "overview", "inbox", "agencies"],
  homeserver: ["homeserver", "homeservers", "agreement", "agreements", "overview", "agency"],
  agency: ["agency", "agencies", "overview"],
  change: ["change", "changes", "inbox", "overview", "homeserver"],
  diagnosis: ["diagnosis"],
  inbox: ["inbox", "overview"],
  audit: ["audit"],
  federation: ["federation", "session", "overview"],
  people: ["people", "session", "agency"],
  worker: ["overview"],
  group: ["groups", "group"],
  import: ["imports", "import", "inbox", "overview"],
  emergency: ["emergency", "agreement", "agreements"],
};

/** The first words of the query keys that an event makes old. */
export const touchedBy = (topic: Topic): readonly string[] => TOUCHES[topic];

const read = (data: unknown): EventView | undefined => {
  try {
    const event = EventView.safeParse(JSON.parse(String(data)));
    return event.success ? event.data : undefined;
  } catch {
    return undefined;
  }
};

export type Live = "connecting" | "live" | "lost";

/**
 * Listens to what changes. `onState` says whether word would reach us; the browser itself tries again after a break,
 * and whatever was missed meanwhile must be asked for anew, so `onEvent` gets undefined when the line is back.
 * Answers how to stop listening.
 */
export const listen = (
  onEvent: (event: EventView | undefined) => void,
  onState: (state: Live) => void,
): (() => void) => {
  const source = new EventSource("/api/v1/events");
  let lost = false;
  source.onopen = () => {
    onState("live");
    if (lost) onEvent(undefined);
    lost = false;
  };
  source.onerror = () => {
    lost = true;
    onState("lost");
  };
  const heard = ({ data }: MessageEvent<unknown>): void => {
    const event = read(data);
    if (event !== undefined) onEvent(event);
  };
  source.addEventListener("changed", heard);
  // The session is over: everything is asked for again, and the answer leads to the sign-in page.
  source.addEventListener("session_ended", () => {
    source.close();
    onEvent(undefined);
  });
  return () => source.close();
};
