import { z } from "zod";

/** What may change under a page that is open. */
export const TOPICS = [
  "agreement",
  "homeserver",
  "agency",
  "change",
  "diagnosis",
  "inbox",
  "audit",
  "federation",
  "people",
  "worker",
  "emergency",
  "group",
  "import",
] as const;

/** A server-sent event says that something changed, never what: the page asks again with its own rights. */
export const EventView = z.object({ topic: z.enum(TOPICS), id: z.string(), version: z.int() }).meta({ id: "Event" });
export type EventView = z.infer<typeof EventView>;
