import { type Logger, pino } from "pino";
import { processWide } from "./global.ts";

/** Names of fields that never reach a log line, at any of the first four levels. */
const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "secret",
  "token",
  "accessToken",
  "access_token",
  "refreshToken",
  "refresh_token",
  "idToken",
  "id_token",
  "privateKey",
  "private_key",
  "clientSecret",
  "client_secret",
  "databaseUrl",
  "smtpUrl",
];

const redactPaths = (): string[] => {
  const quoted = SECRET_FIELDS.map((field) => `["${field}"]`);
  return quoted.flatMap((field) => [field, `*${field}`, `*.*${field}`, `*.*.*${field}`]);
};

/** What a log line is written to; the process's standard error unless a test gives another. */
type Sink = { readonly write: (line: string) => void };

/** A JSON logger with every secret field replaced by `[redacted]`. Standard output belongs to command results. */
export const newLog = (sink: Sink = process.stderr, level = "info"): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: () => `,"at":${Date.now()}`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactPaths(), censor: "[redacted]" },
      serializers: { err: pino.stdSerializers.err },
    },
    sink,
  );

/** The process's log: one JSON object a line. Its level is info; {@link setLogLevel} moves it. */
export const log: Logger = processWide("log", () => newLog());

/** Sets how much is logged: `silent`, `error`, `warn`, `info`, `debug`. */
export const setLogLevel = (level: string): void => {
  log.level = level;
};

/** The log with a trace id on each line, so that a request, its job, its push and its receipt are found together. */
export const withTrace = (traceId: string): Logger => log.child({ trace: traceId });
