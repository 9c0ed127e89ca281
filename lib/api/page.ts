import { createHash } from "node:crypto";
import { METHODS, type openApiDocument } from "./openapi.ts";
import { sentence } from "./problem.ts";
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
        `<tr><td><code>${code}</code></td><td>${STATUS[code]}</td><td>${escaped(sentence("en", code))}</td></tr>`,
    )
    .join("\n");

/** The API for people: each route in a line, each refusal with its sentence. No script; one style, allowed by its hash. */
export const apiPage = (document: Document): Response =>
  new Response(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tillit API</title>` +
      `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body><main><h1>Tillit API</h1>` +
      `<p>The whole description, as OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>. ` +
      `Writes take <code>application/json</code>; with a session also the portal's own <code>Origin</code>. ` +
      `What changes takes <code>If-Match</code>; what creates takes <code>Idempotency-Key</code>.</p>` +
      `<h2>Routes</h2><ul>${operations(document)}</ul><h2>Refusals</h2><table><thead><tr><th>Code</th><th>Status</th>` +
      `<th>Sentence</th></tr></thead><tbody>${refusals()}</tbody></table></main></body></html>`,
    {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`,
        "x-content-type-options": "nosniff",
      },
    },
  );
