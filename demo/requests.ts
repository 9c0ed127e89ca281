import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, request as tlsRequest } from "node:https";
import { z } from "zod";

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; `undefined` where it is none. */
  readonly json: unknown;
};

export type Ask = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
};

export type Requester = (url: string, ask?: Ask) => Promise<Answer>;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const bodyOf = ({ json, form }: Ask): { type: string; text: string } | undefined => {
  if (json !== undefined) return { type: "application/json", text: JSON.stringify(json) };
  if (form !== undefined)
    return { type: "application/x-www-form-urlencoded", text: new URLSearchParams(form).toString() };
  return undefined;
};

/**
 * A plain HTTP client for the demo's own servers on 127.0.0.1: keeps connections, follows no redirect.
 *
 * @param ca PEM of the authority that https addresses must be signed by
 */
export const requester = (ca?: string): Requester => {
  const secure = new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
  const plain = new PlainAgent({ keepAlive: true });
  return (url, ask = {}) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const isSecure = target.protocol === "https:";
      const body = bodyOf(ask);
      const options = {
        method: ask.method ?? (body === undefined ? "GET" : "POST"),
        agent: isSecure ? secure : plain,
        headers: {
          accept: "application/json",
          ...(body === undefined
            ? {}
            : { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
          ...ask.headers,
        },
      };
      const request = (isSecure ? tlsRequest : plainRequest)(target, options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      });
      request.setTimeout(ask.timeoutMs ?? 30_000, () => request.destroy(new Error(`${url} did not answer in time`)));
      request.on("error", reject);
      request.end(body?.text);
    });
};

const MatrixError = z.object({ errcode: z.string() });

/** Matrix's own error code of an answer, where it has one. */
export const errcodeOf = ({ json }: Answer): string | undefined => MatrixError.safeParse(json).data?.errcode;
