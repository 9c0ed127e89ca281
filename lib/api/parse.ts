import { z } from "zod";
import { type ErrorCode, type FieldFault, type Refusal, refusal } from "#lib/domain/errors.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { STATUS } from "./status.ts";

/** Larger bodies are refused before they are read to their end; the largest legal input is a CA chain. */
export const BODY_LIMIT = 262_144;

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(STATUS, code);

const faultOf = (issue: z.core.$ZodIssue): FieldFault => {
  const code = issue.code === "custom" ? issue.params?.["code"] : undefined;
  return { path: issue.path.map(String).join("."), code: isErrorCode(code) ? code : "invalid_input" };
};

const MAX_FAULTS = 50;

/** The faults that zod found, as one refusal; its code is the field's own where there is only one. */
export const refusalOfIssues = (error: z.ZodError): Refusal => {
  const fields = error.issues.slice(0, MAX_FAULTS).map(faultOf);
  const [only] = fields;
  return refusal(fields.length === 1 && only !== undefined ? only.code : "invalid_input", { fields });
};

/** Parses what came from outside. Throws only what the schema itself throws, which is a fault of the program. */
export const parseInput = async <S extends z.ZodType>(
  schema: S,
  value: unknown,
): Promise<Result<z.output<S>, Refusal>> => {
  const read = await schema.safeParseAsync(value);
  return read.success ? ok(read.data) : err(refusalOfIssues(read.error));
};

const tooLarge = (limit: number) => refusal("body_too_large", { params: { limit } });

/** Reads a body of at most `limit` bytes; a larger one is refused before it is read to its end. */
export const readBytes = async (request: Request, limit: number): Promise<Result<Uint8Array, Refusal>> => {
  if (Number(request.headers.get("content-length") ?? 0) > limit) return err(tooLarge(limit));
  if (request.body === null) return ok(new Uint8Array());
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) return err(tooLarge(limit));
    chunks.push(chunk);
  }
  return ok(new Uint8Array(Buffer.concat(chunks)));
};

/**
 * Reads a JSON body of at most `limit` bytes. An empty body reads as `{}`, for actions that take nothing.
 * Refuses with wrong_content_type, body_too_large or invalid_json.
 */
export const readJson = async (request: Request, limit = BODY_LIMIT): Promise<Result<unknown, Refusal>> => {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return err(refusal("wrong_content_type"));
  const bytes = await readBytes(request, limit);
  if (!bytes.ok) return bytes;
  if (bytes.value.byteLength === 0) return ok({});
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.value)));
  } catch {
    return err(refusal("invalid_json"));
  }
};

/** Query parameters as an object; one that stands twice becomes a list, which no schema takes. */
export const queryOf = (request: Request): Record<string, unknown> => {
  const { searchParams } = new URL(request.url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const all = searchParams.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
};

/**
 * The version that the caller saw, from `If-Match: "7"` (RFC 9110, 13.1.1). A wildcard says nothing about what was
 * seen, so it is refused like its absence.
 */
export const ifMatchOf = (request: Request): Result<number, Refusal> => {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return err(refusal("precondition_required"));
  const version = /^"(\d{1,9})"$/.exec(header.trim())?.[1];
  if (version === undefined)
    return err(refusal("invalid_input", { fields: [{ path: "If-Match", code: "invalid_input" }] }));
  return ok(Number(version));
};

export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,200}$/);
