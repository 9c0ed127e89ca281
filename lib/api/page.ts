import { createHash } from "node:crypto";
import en from "#lib/messages/en.json" with { type: "json" };
import sv from "#lib/messages/sv.json" with { type: "json" };
import { METHODS, type openApiDocument } from "./openapi.ts";
import { type Locale, sentence, TITLES } from "./problem.ts";
import { STATUS } from "./status.ts";

type Document = ReturnType<typeof openApiDocument>;

const STYLE =
  ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}" +
  "code{font-family:ui-monospace,monospace}li{margin:.4rem 0}table{border-collapse:collapse}td,th{text-align:left;padding:.3rem .8rem .3rem 0;vertical-align:top}";
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const isCode = (code: string): code is keyof typeof STATUS => Object.hasOwn(STATUS, code);

const operations = ({ paths = {} }: Document): string =>
  Object.entries(paths)
    .flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation: unknown = Object.entries(item ?? {}).find(([key]) => key === method.toLowerCase())?.[1];
        if (typeof operation !== "object" || operation === null || !("summary" in operation)) return [];
        return [`<li><code>${method} ${escaped(path)}</code><br>${escaped(String(operation.summary))}</li>`];
      }),
    )
    .join("\n");

const refusals = (): string =>
  Object.keys(STATUS)
    .filter(isCode)
    .map(
      (code) =>
        `<tr><td><a href="/problems/${code}"><code>${code}</code></a></td><td>${STATUS[code]}</td><td>${escaped(sentence("en", code))}</td></tr>`,
    )
    .join("\n");

const page = (lang: Locale, title: string, main: string, status = 200): Response =>
  new Response(
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>${escaped(title)} – Tillit</title>` +
      `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><main>${main}</main></body></html>`,
    {
      status,
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
        "x-content-type-options": "nosniff",
      },
    },
  );

/** The API for people: each route in a line, each refusal with its sentence. No script; one style, allowed by its hash. */
export const apiPage = (document: Document): Response =>
  page(
    "en",
    "API",
    `<h1>Tillit API</h1>` +
      `<p>The whole description, as OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>. ` +
      `Writes take <code>application/json</code>; with a session also the portal's own <code>Origin</code>. ` +
      `What changes takes <code>If-Match</code>; what creates takes <code>Idempotency-Key</code>.</p>` +
      `<h2>Routes</h2><ul>${operations(document)}</ul><h2>Refusals</h2><table><thead><tr><th>Code</th><th>Status</th>` +
      `<th>Sentence</th></tr></thead><tbody>${refusals()}</tbody></table>`,
  );

type Texts = Readonly<Record<"title" | "happened" | "do" | "unknown" | "all", string>> & {
  readonly advice: Readonly<Record<string, string>>;
};
const TEXTS: Readonly<Record<Locale, Texts>> = { sv: sv.problems, en: en.problems };
const LOCALES: readonly Locale[] = ["sv", "en"];

/** What stands where a particular refusal names something of its own. */
const generally = (locale: Locale, code: keyof typeof STATUS): string =>
  escaped({ sv, en }[locale].errors[code].replaceAll(/\{\w+\}/g, "…"));

const problemIn = (locale: Locale, code: keyof typeof STATUS): string => {
  const texts = TEXTS[locale];
  const status = STATUS[code];
  return (
    `<section lang="${locale}"><h2>${escaped(TITLES[locale][status] ?? code)}</h2>` +
    `<h3>${texts.happened}</h3><p>${generally(locale, code)}</p>` +
    `<h3>${texts.do}</h3><p>${escaped(texts.advice[String(status)] ?? "")}</p></section>`
  );
};

/** What a problem type stands for, at the address that the type is: what happened and what to do, in both languages. */
export const problemPage = (code: string): Response => {
  const known = isCode(code);
  const parts = LOCALES.map((locale) =>
    known ? problemIn(locale, code) : `<section lang="${locale}"><p>${TEXTS[locale].unknown}</p></section>`,
  );
  const head = known ? `<h1><code>${code}</code> · ${STATUS[code]}</h1>` : `<h1>${TEXTS.sv.title}</h1>`;
  const all = `<p lang="sv"><a href="/api">${TEXTS.sv.all}</a></p><p lang="en"><a href="/api">${TEXTS.en.all}</a></p>`;
  return page("sv", known ? code : TEXTS.sv.title, `${head}${parts.join("")}${all}`, known ? 200 : 404);
};
