import type { Problem } from "#lib/contracts/problem.ts";
import type { ErrorCode, FieldFault, Refusal, RefusalParams } from "#lib/domain/errors.ts";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { STATUS } from "./status.ts";

export type Locale = "sv" | "en";

/** A missing sentence in either language does not compile. */
const SENTENCES: Readonly<Record<Locale, Readonly<Record<ErrorCode, string>>>> = { sv: sv.errors, en: en.errors };
export const TITLES: Readonly<Record<Locale, Readonly<Record<number, string>>>> = {
  sv: {
    400: "Felaktig indata",
    401: "Inte inloggad",
    403: "Inte tillåtet",
    404: "Finns inte",
    405: "Metoden stöds inte",
    409: "Går inte nu",
    410: "Gäller inte längre",
    412: "Ändrat under tiden",
    413: "För stort",
    415: "Fel innehållstyp",
    428: "Version saknas",
    500: "Fel i portalen",
    503: "Inte tillgänglig just nu",
  },
  en: {
    400: "Invalid input",
    401: "Not signed in",
    403: "Not permitted",
    404: "Not found",
    405: "Method not supported",
    409: "Not possible now",
    410: "No longer valid",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong content type",
    428: "Version missing",
    500: "Fault in the portal",
    503: "Not available right now",
  },
};

/** The sentence of a refusal, with its parameters filled in; a parameter that is not given stays as a dash. */
export const sentence = (locale: Locale, code: ErrorCode, params: RefusalParams = {}): string =>
  SENTENCES[locale][code].replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(params[name] ?? "–"));

/** Swedish unless the caller asks for English. */
export const localeOf = (request: Request): Locale =>
  /^\s*en\b/i.test(request.headers.get("accept-language") ?? "") ? "en" : "sv";

/** The stable problem type: a path, so that it holds wherever the portal stands. */
export const problemType = (code: ErrorCode): string => `/problems/${code}`;

const fieldView = (locale: Locale, { path, code, params }: FieldFault) => ({
  path,
  code,
  detail: sentence(locale, code, params),
  ...(params === undefined ? {} : { params: { ...params } }),
});

/** A refusal as RFC 9457 problem details, in the caller's language. */
export const problemOf = (refusal: Refusal, locale: Locale, traceId: string): Problem => {
  const status = STATUS[refusal.code];
  return {
    type: problemType(refusal.code),
    title: TITLES[locale][status] ?? refusal.code,
    status,
    detail: sentence(locale, refusal.code, refusal.params),
    instance: `urn:trace:${traceId}`,
    code: refusal.code,
    ...(refusal.params === undefined ? {} : { params: { ...refusal.params } }),
    ...(refusal.fields === undefined ? {} : { fields: refusal.fields.map((field) => fieldView(locale, field)) }),
    ...(refusal.link === undefined ? {} : { link: refusal.link }),
  };
};

/** A refusal as the response that carries it. */
export const problemResponse = (refusal: Refusal, locale: Locale, traceId: string): Response =>
  new Response(JSON.stringify(problemOf(refusal, locale, traceId)), {
    status: STATUS[refusal.code],
    headers: {
      "content-type": "application/problem+json; charset=utf-8",
      "content-language": locale,
      "cache-control": "no-store",
      "x-trace-id": traceId,
    },
  });
