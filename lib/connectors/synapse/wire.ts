import { z } from "zod";
import type { Policy, Unknown } from "#lib/domain/allow-list.ts";
import { byCodePoint, canonicalJson, type Json } from "#lib/domain/canonical.ts";
import type { Instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { digestOf } from "#lib/platform/digest.ts";
import { type HttpAnswer, readJson } from "#lib/platform/http.ts";
import type { ReceiptDocument } from "#lib/signing/documents.ts";
import type { Alarm, ConnectorFault, Receipt } from "../connector.ts";

/** Where the module's routes are, under the homeserver's base address. */
export const ROUTES = "/_synapse/client/tillit/v1";

const refusal = z.looseObject({ errcode: z.string(), error: z.string() });
const alarms = ["open", "stood_down", "forked", "clock_skew", "superseded"] as const satisfies readonly Alarm[];
const names = z.array(z.string());
const stateAnswer = z.looseObject({
  receipt: z.record(z.string(), z.json()),
  instance: z.string(),
  open: z.boolean(),
  names,
  stored: z.looseObject({ names }).optional(),
  alarms: z.array(z.string()).optional(),
});
const receiptAnswer = z.record(z.string(), z.json());

/** What a process of the server says of itself beside its receipt. */
export type StateAnswer = {
  readonly receipt: string;
  readonly instance: string;
  readonly policy: Policy;
  readonly stored: Policy | Unknown;
  readonly alarms: readonly Alarm[];
  /** What the signed receipt must carry for the names to count. */
  readonly effectiveDigest: string;
};

const untrusted = (detail: string): ConnectorFault => ({ code: "answer_invalid", detail, kind: "untrusted" });

/** An answer that is not 200, as a fault: the module's own code, or what stands in its place. */
export const faultOf = (answer: HttpAnswer): ConnectorFault => {
  const { status } = answer;
  const said = readJson(answer, refusal);
  if (said.ok && said.value.errcode.startsWith("TILLIT_")) {
    const kind = status >= 500 ? "away" : "refuses";
    return { code: said.value.errcode, detail: said.value.error, kind, status };
  }
  if (status === 404) return { code: "module_absent", detail: "no such route on this server", kind: "refuses", status };
  if (status >= 500) return { code: "server_error", detail: `status ${status}`, kind: "away", status };
  return { ...untrusted(`status ${status}`), status };
};

const setOf = (texts: readonly string[]): Result<ReadonlySet<ServerName>, ConnectorFault> => {
  const read = texts.map((text) => parseServerName(text));
  const bad = read.find((name) => !name.ok);
  return bad === undefined
    ? ok(new Set(read.flatMap((name) => (name.ok ? [name.value] : []))))
    : err(untrusted("names"));
};

/**
 * The digest by which a receipt covers the names that its process obeys: of the sorted names, or of the word `open`,
 * since no list of names says that.
 */
export const effectiveDigestOf = (open: boolean, texts: readonly string[]): string =>
  digestOf(open ? "open" : texts.toSorted(byCodePoint));

/** Reads the answer to a `state` question. The names count only if the receipt's digest covers them. */
export const readState = (answer: HttpAnswer): Result<StateAnswer, ConnectorFault> => {
  const read = readJson(answer, stateAnswer);
  if (!read.ok) return err(untrusted(read.error.detail));
  const { open, instance, receipt, stored } = read.value;
  const allow = setOf(read.value.names);
  const kept = stored === undefined ? undefined : setOf(stored.names);
  if (!allow.ok) return allow;
  if (kept !== undefined && !kept.ok) return kept;
  const told = new Set(read.value.alarms ?? []);
  return ok({
    receipt: canonicalJson(receipt),
    instance,
    policy: open ? { mode: "open" } : { mode: "closed", allow: allow.value },
    stored: kept === undefined ? { mode: "unknown", why: "not_told" } : { mode: "closed", allow: kept.value },
    alarms: alarms.filter((alarm) => told.has(alarm)),
    effectiveDigest: effectiveDigestOf(open, read.value.names),
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
