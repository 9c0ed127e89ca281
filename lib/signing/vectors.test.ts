import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import {
  type Accepted,
  acceptConsentEnd,
  acceptKeyset,
  acceptList,
  acceptRenewal,
  inForce,
  isStale,
  NOTHING_ACCEPTED,
  openByLaw,
  type Pins,
} from "./laws.ts";
import { verifyReceipt } from "./receipts.ts";

const FOLDER = join(import.meta.dirname, "../../docs/specification/vectors");
const serverName = z.string().transform((text): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
});
const keys = z.record(z.string(), z.string());
const look = z.strictObject({
  open: z.array(z.string()).optional(),
  open_to_all: z.boolean().optional(),
  version: z.number().optional(),
  epoch: z.number().optional(),
  mode: z.string().optional(),
  stale: z.boolean().optional(),
  superseded: z.boolean().optional(),
});
const vectorForm = z.looseObject({
  name: z.string(),
  rules: z.object({
    federation: z.string(),
    audience: serverName,
    root_keys: keys,
    root_keys_required: z.number(),
    lowest_keyset: z.tuple([z.number(), z.number()]),
    before_first_list: z.union([z.enum(["open", "closed"]), z.array(serverName)]),
    observe: z.boolean(),
    max_life_ms: z.number(),
    require_consents: z.boolean(),
    consent_keys: z.record(z.string(), keys),
  }),
  steps: z.array(
    z.union([
      z.object({
        put: z.enum(["keyset", "list", "renewal", "consent_end"]),
        document: z.string(),
        clock: z.number(),
        expect: z.string(),
      }),
      z.object({ put: z.literal("look"), clock: z.number(), expect: look }),
    ]),
  ),
});
type Vector = z.output<typeof vectorForm>;

const pinsOf = ({ rules }: Vector): Pins => ({
  federation: rules.federation,
  audience: rules.audience,
  rootKeys: rules.root_keys,
  rootKeysRequired: rules.root_keys_required,
  lowestKeyset: { epoch: rules.lowest_keyset[0], serial: rules.lowest_keyset[1] },
  maxLife: rules.max_life_ms,
  requireConsents: rules.require_consents,
  consentKeys: rules.consent_keys,
  beforeFirstList: rules.before_first_list,
  observe: rules.observe,
});

const seen = (pins: Pins, state: Accepted, clock: number): Required<z.output<typeof look>> => {
  const now = inForce(pins, state, clock);
  const open = now.policy.mode === "closed" ? now.policy.allow : openByLaw(pins, NOTHING_ACCEPTED, clock);
  return {
    open: [...open].toSorted(),
    open_to_all: now.policy.mode === "open",
    version: state.list?.fields.version ?? 0,
    epoch: state.list?.fields.epoch ?? 0,
    mode: now.mode,
    stale: isStale(state, clock),
    superseded: state.list !== undefined && state.listKeyset?.text !== state.keyset?.text,
  };
};

const run = (vector: Vector): void => {
  const pins = pinsOf(vector);
  let state = NOTHING_ACCEPTED;
  for (const step of vector.steps) {
    if (step.put === "look") {
      expect(seen(pins, state, step.clock)).toMatchObject(step.expect);
      continue;
    }
    const accept = { keyset: acceptKeyset, list: acceptList, renewal: acceptRenewal, consent_end: acceptConsentEnd }[
      step.put
    ];
    const accepted = accept(pins, state, step.document, step.clock);
    expect(accepted.ok ? "ok" : accepted.error.code).toBe(step.expect);
    if (accepted.ok) state = accepted.value.state;
  }
};

// Laws 7 and 11 are of a process and its operator's files: the portal has neither, so their vectors are the module's.
const files = readdirSync(FOLDER).filter((file) => !["law-07.json", "law-11.json", "law-12.json"].includes(file));

describe.each(files)("the published vectors of %s", (file) => {
  const { vectors } = z
    .object({ vectors: z.array(vectorForm).min(1) })
    .parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));
  it.each(vectors)("$name", (vector) => run(vector));
});

describe("the published vectors of law-12.json", () => {
  const form = z.object({
    name: z.string(),
    keys,
    receipt: z.record(z.string(), z.json()),
    last_sequence: z.number(),
    asked: z.string(),
    expect: z.enum(["ok", "signature", "sequence", "answers", "fields"]),
  });
  const codes = {
    ok: "ok",
    signature: "TILLIT_SIGNATURE",
    sequence: "receipt_replayed",
    answers: "receipt_not_asked",
    fields: "TILLIT_MALFORMED",
  } as const;
  const { vectors } = z
    .object({ vectors: z.array(form).min(1) })
    .parse(JSON.parse(readFileSync(join(FOLDER, "law-12.json"), "utf8")));
  it.each(vectors)("$name", (vector) => {
    const audience = serverName.parse(vector.receipt["audience"]);
    const read = verifyReceipt(canonicalJson(vector.receipt), {
      federation: String(vector.receipt["federation"]),
      audience,
      signedBy: audience,
      keys: vector.keys,
      above: vector.last_sequence,
      answers: vector.asked,
    });
    expect(read.ok ? "ok" : read.error.code).toBe(codes[vector.expect]);
  });
});
