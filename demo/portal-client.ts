import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Answer, requester } from "./requests.ts";

/** The public API as one signed-in person: same-origin writes, a version where one is demanded. */
export type PortalClient = {
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T>;
  /** Any status: what was answered, raw. */
  readonly ask: (path: string, body?: object, version?: number, method?: string) => Promise<Answer>;
  /** Throws unless the answer is a success of that form. */
  readonly post: <T>(path: string, body: object, schema: z.ZodType<T>, version?: number) => Promise<T>;
  readonly put: <T>(path: string, body: object, schema: z.ZodType<T>, version: number) => Promise<T>;
};

/** An answer of the portal that was not the one hoped for. */
export class PortalRefusal extends Error {
  readonly answer: Answer;
  constructor(path: string, answer: Answer) {
    super(`${path} answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    this.answer = answer;
  }
}

const read = <T>(path: string, answer: Answer, schema: z.ZodType<T>): T => {
  if (answer.status > 299) throw new PortalRefusal(path, answer);
  return schema.parse(answer.json);
};

/** @param cookie the session's Cookie header, as `signIn` gives it */
export const portalClient = (baseUrl: string, cookie: string): PortalClient => {
  const request = requester();
  const ask: PortalClient["ask"] = (path, body, version, method) =>
    request(`${baseUrl}/api/v1/${path}`, {
      ...(body === undefined ? {} : { json: body }),
      ...(method === undefined ? {} : { method }),
      headers: {
        cookie,
        origin: baseUrl,
        "accept-language": "sv",
        ...(body === undefined ? {} : { "idempotency-key": randomUUID() }),
        ...(version === undefined ? {} : { "if-match": `"${version}"` }),
      },
    });
  return {
    ask,
    get: async (path, schema) => read(path, await ask(path), schema),
    post: async (path, body, schema, version) => read(path, await ask(path, body, version), schema),
    put: async (path, body, schema, version) => read(path, await ask(path, body, version, "PUT"), schema),
  };
};

export const Problem = z.object({ status: z.number(), code: z.string() });
