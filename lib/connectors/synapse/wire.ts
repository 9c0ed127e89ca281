import { z } from "zod";
import type { Plan, Policy } from "#lib/domain/allow-list.ts";
import { canonicalJson, type Json } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { type HttpAnswer, readJson } from "#lib/platform/http.ts";
import type { ReceiptDocument } from "#lib/signing/documents.ts";
import { ALARMS, type Alarm, type Receipt } from "../connector.ts";
import type { ConnectorFault } from "../fault.ts";

/** Where the module's routes are, under the homeserver's base address. */
export const ROUTES = "/_synapse/client/tillit/v1";

const refusal = z.looseObject({ errcode: z.string(), error: z.string() });
const names = z.array(z.string());
const effective = z.union([
  z.strictObject({ mode: z.literal("open") }),
  z.strictObject({ mode: z.literal("closed"), allow: names }),
]);
const stateAnswer = z.looseObject({
  receipt: z.record(z.string(), z.json()),
  instance: z.string(),
  effective,
  listed: names,
  alarms: z.array(z.string()),
  expires_at: z.int().nonnegative(),
  detail: z.string(),
  would: z.looseObject({ open: names, shut: names }).optional(),
});
const receiptAnswer = z.record(z.string(), z.json());

/** What a process of the server says of itself beside its receipt. */
export type StateAnswer = {
  readonly receipt: string;
  readonly instance: string;
  readonly policy: Policy;
  readonly listed: ReadonlySet<ServerName>;
  readonly expiresAt: Instant;
  readonly would: Plan | undefined;
  readonly alarms: readonly Alarm[];
  readonly detail: string;
  /** What the signed receipt must carry for the policy to count. */
  readonly effectiveDigest: string;
};

const untrusted = (detail: string): ConnectorFault => ({ code: "answer_invalid", detail, kind: "untrusted" });

/** An answer that is not 200, as a fault: the module's own code, or what stands in its place. */
export const faultOf = (answer: HttpAnswer): ConnectorFault => {
  const { status } = answer;
  const said = readJson(answer, refusal);
  if (said.ok && said.value.errcode.startsWith("TILLIT_")) {
    // A module that stands down was reached and says why; a store that fails may work later.
    const kind = said.value.errcode === "TILLIT_STORE" ? "away" : "refuses";
    return { code: said.value.errcode, detail: said.value.error, kind, status };
  }
  if (status === 404) return { code: "module_absent", detail: "no such route on this server", kind: "refuses", status };
  if (status >= 500) return { code: "server_error", detail: `status ${status}`, kind: "away", status };
  return { ...untrusted(`status ${status}`), status };
};

const namesOf = (texts: readonly string[]): readonly ServerName[] | undefined => {
  const read = texts.map((text) => parseServerName(text));
  return read.every((name) => name.ok) ? read.flatMap((name) => (name.ok ? [name.value] : [])) : undefined;
};

/** Reads the answer to a `state` question. Its policy counts only if the receipt's digest covers it. */
export const readState = (answer: HttpAnswer): Result<StateAnswer, ConnectorFault> => {
  const read = readJson(answer, stateAnswer);
  if (!read.ok) return err(untrusted(read.error.detail));
  const said = read.value;
  const allow = namesOf(said.effective.mode === "closed" ? said.effective.allow : []);
  const listed = namesOf(said.listed);
  const add = namesOf(said.would?.open ?? []);
  const remove = namesOf(said.would?.shut ?? []);
  if (allow === undefined || listed === undefined || add === undefined || remove === undefined) {
    return err(untrusted("an entry is no server name"));
  }
  const told = new Set(said.alarms);
  return ok({
    receipt: canonicalJson(said.receipt),
    instance: said.instance,
    policy: said.effective.mode === "open" ? { mode: "open" } : { mode: "closed", allow: new Set(allow) },
    listed: new Set(listed),
    expiresAt: said.expires_at as Instant,
    would: said.would === undefined ? undefined : { add, remove },
    alarms: ALARMS.filter((alarm) => told.has(alarm)),
    detail: said.detail,
    effectiveDigest: digestOf(said.effective),
  });
};

/** Reads the receipt that answers a document, as canonical bytes. */
export const readReceiptAnswer = (answer: HttpAnswer): Result<string, ConnectorFault> => {
  const read = readJson(answer, receiptAnswer);
  if (!read.ok) return err(untrusted(read.error.detail));
  const inner: Json | undefined = read.value["receipt"];
  return ok(canonicalJson(inner ?? read.value));
};

const MODES = ["observe", "enforce"] as const;

/** A verified receipt in the words of the port. */
export const toReceipt = (fields: ReceiptDocument, bytes: string): Receipt => ({
  enforcementPoint: fields.enforcement_point,
  boot: fields.boot,
  sequence: fields.sequence,
  answers: fields.answers,
  epoch: fields.epoch,
  version: fields.version,
  digest: fields.digest,
  mode: MODES.find((mode) => mode === fields.mode) ?? "before_first",
  stale: fields.stale,
  appliedAt: fields.applied_at as Instant,
  instances: fields.instances.map(({ name, epoch, version, seen_at }) => ({
    name,
    epoch,
    version,
    seenAt: seen_at as Instant,
  })),
  effectiveDigest: fields.effective_digest,
  localDeny: fields.local_deny.flatMap((text) => {
    const name = parseServerName(text);
    return name.ok ? [name.value] : [];
  }),
  leaseMs: fields.lease_ms,
  clock: fields.clock as Instant,
  software: typeof fields.software === "string" ? fields.software : canonicalJson(fields.software),
  bytes,
});
