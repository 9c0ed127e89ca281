import { newTraceId } from "#lib/platform/ids.ts";

const TRACE = /^[0-9a-f]{32}$/;
const NONE = "0".repeat(32);

const usable = (text: string | undefined): text is string => text !== undefined && TRACE.test(text) && text !== NONE;

/** The caller's trace id (`traceparent` of W3C Trace Context, or `x-trace-id`), else a new one: 32 hexadecimal digits. */
export const traceIdOf = ({ headers }: Request): string => {
  const fromParent = headers.get("traceparent")?.split("-")[1];
  if (usable(fromParent)) return fromParent;
  const own = headers.get("x-trace-id") ?? undefined;
  return usable(own) ? own : newTraceId();
};
