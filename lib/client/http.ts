import type { z } from "zod";
import { Problem } from "#lib/contracts/problem.ts";

/** A refusal of the interface, or (`code` "unreachable") that it gave no answer at all. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.name = "ApiProblem";
    this.problem = problem;
  }
}

const noAnswer = (code: "unreachable" | "unreadable", status: number): Problem => ({
  type: "about:blank",
  title: code,
  status,
  detail: "",
  instance: "",
  code,
});

export type Ask = {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly body?: unknown;
  /** Sent as If-Match: the change is refused (412) when the thing has moved on meanwhile. */
  readonly version?: number;
  /** Sent as Idempotency-Key: the same key asks for the same act once. */
  readonly key?: string;
  readonly signal?: AbortSignal;
};

const headersOf = ({ body, version, key }: Ask): Record<string, string> => ({
  Accept: "application/json",
  ...(body === undefined ? {} : { "Content-Type": "application/json" }),
  ...(version === undefined ? {} : { "If-Match": `"${version}"` }),
  ...(key === undefined ? {} : { "Idempotency-Key": key }),
});

const send = async (path: string, ask: Ask): Promise<Response> => {
  try {
    return await fetch(path, {
      method: ask.method ?? "GET",
      headers: headersOf(ask),
      credentials: "same-origin",
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      ...(ask.signal === undefined ? {} : { signal: ask.signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(noAnswer("unreachable", 0));
  }
};

/**
 * Asks the interface and parses its answer with the contract.
 * Throws ApiProblem: with the problem that the interface answered, `unreachable` without an answer, `unreadable` when
 * the answer is not what the contract says.
 */
export const ask = async <T extends z.ZodType>(answer: T, path: string, how: Ask = {}): Promise<z.output<T>> => {
  const response = await send(path, how);
  const json: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const problem = Problem.safeParse(json);
    throw new ApiProblem(problem.success ? problem.data : noAnswer("unreachable", response.status));
  }
  const parsed = answer.safeParse(json ?? {});
  if (!parsed.success) throw new ApiProblem(noAnswer("unreadable", response.status));
  return parsed.data;
};

/** A path with its query; what is undefined or empty is left out. */
export const withQuery = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
};

/** The problem behind whatever was thrown. */
export const problemOf = (error: unknown): Problem =>
  error instanceof ApiProblem ? error.problem : noAnswer("unreadable", 0);
