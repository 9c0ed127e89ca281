import { request } from "node:http";
import { err, ok } from "#lib/domain/result.ts";
import type { Http, HttpAnswer, HttpFailureCode } from "#lib/platform/http.ts";

const DEFAULT_TIMEOUT_MS = 5000;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Plain HTTP on this machine alone, each call on a connection of its own: after a reload it reaches the new process,
 * never an old one that still ends its work. Any other address is refused.
 */
export const localHttp: Http = (url, { method = "GET", headers = {}, body, timeoutMs, maxBytes, signal } = {}) => {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol !== "http:" || !LOOPBACK.has(target.hostname)) {
    return Promise.resolve(err({ code: "bad_url" as const, detail: "not http on this machine" }));
  }
  const late = AbortSignal.timeout(timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const both = signal === undefined ? late : AbortSignal.any([late, signal]);
  return new Promise((resolve) => {
    const fail = (fault: Error): void => {
      const refused = "code" in fault && fault.code === "ECONNREFUSED";
      const code: HttpFailureCode = late.aborted
        ? "timeout"
        : both.aborted
          ? "aborted"
          : refused
            ? "refused"
            : "broken";
      resolve(err({ code, detail: fault.message }));
    };
    const call = request(target, { method, headers: { ...headers, connection: "close" }, agent: false, signal: both });
    call.on("error", fail);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > (maxBytes ?? DEFAULT_MAX_BYTES)) {
          resolve(err({ code: "too_large", detail: `over ${maxBytes ?? DEFAULT_MAX_BYTES} bytes` }));
          call.destroy();
        } else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () => {
        const answer: HttpAnswer = {
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: new Uint8Array(Buffer.concat(chunks)),
          url,
        };
        resolve(ok(answer));
      });
    });
    call.end(body);
  });
};
