import { eventStream } from "#lib/api/events.ts";

export const dynamic = "force-dynamic";
export const GET = eventStream;
