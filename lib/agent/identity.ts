import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ConnectorFault } from "#lib/connectors/fault.ts";
import { readTarget, replaceFile } from "#lib/connectors/file/target.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { DEFAULT_MAX_LIFE, type Pins } from "#lib/signing/signing.ts";

const identity = z.strictObject({
  federation: z.string(),
  enforcementPoint: z.string(),
  audience: z.string(),
  keyId: z.string(),
  privateKey: z.string(),
  rootKeys: z.record(z.string(), z.string()),
});
/** Who the agent is since it enrolled: its own key, and the root keys it pinned. */
export type Identity = z.output<typeof identity>;

const fileIn = (folder: string): string => join(folder, "identity.json");

/** Puts the identity on disk, readable by the agent alone. */
export const saveIdentity = async (folder: string, value: Identity): Promise<Result<true, ConnectorFault>> => {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  return replaceFile(fileIn(folder), JSON.stringify(value), 0o600);
};

/** Who the agent is; a refusal that says what to do where it has not enrolled, or for another server. */
export const loadIdentity = async (folder: string, audience: ServerName): Promise<Result<Identity, string>> => {
  const text = await readTarget(fileIn(folder));
  if (!text.ok) return err(text.error.detail);
  if (text.value === undefined) return err("not enrolled yet: make a code in the portal and run tillit agent enrol");
  try {
    const read = identity.parse(JSON.parse(text.value));
    return read.audience === audience ? ok(read) : err(`enrolled for ${read.audience}, not ${audience}: enrol anew`);
  } catch {
    return err(`${fileIn(folder)} is damaged: enrol anew`);
  }
};

/** What the operator may set of what documents are held to; the rest was pinned when the agent enrolled. */
export type Rules = Omit<Pins, "federation" | "audience" | "rootKeys">;

/** What rules where the operator has set nothing: before the first list the server is left as it was. */
export const USUAL_RULES: Rules = {
  rootKeysRequired: 1,
  lowestKeyset: { epoch: 1, serial: 1 },
  maxLife: DEFAULT_MAX_LIFE,
  requireConsents: false,
  consentKeys: {},
  beforeFirstList: "open",
  observe: false,
};

/** What the agent holds documents to; a refusal where more root keys must sign than were pinned. */
export const pinsOf = ({ federation, audience, rootKeys }: Identity, rules: Rules): Result<Pins, string> => {
  const pinned = new Set(Object.values(rootKeys)).size;
  if (rules.rootKeysRequired > pinned)
    return err(
      `rules.rootKeysRequired is ${rules.rootKeysRequired}, and ${pinned} were pinned: enrol with more --fingerprint`,
    );
  // It was a server name when it was saved.
  return ok({ ...rules, federation, audience: audience as ServerName, rootKeys });
};

const progress = z.strictObject({
  sequence: z.int().nonnegative(),
  applied: z.strictObject({ epoch: z.int(), version: z.int(), digest: z.string(), at: z.int() }).optional(),
});
/** How far the receipts are, and which list the server was last made to hold. */
export type Progress = z.output<typeof progress>;

/** The progress on disk; none where there is no file yet. */
export const loadProgress = async (folder: string): Promise<Result<Progress, ConnectorFault>> => {
  const text = await readTarget(join(folder, "progress.json"));
  if (!text.ok) return text;
  if (text.value === undefined) return ok({ sequence: 0 });
  try {
    return ok(progress.parse(JSON.parse(text.value)));
  } catch {
    return err({ code: "stored_list_invalid", detail: "progress.json is damaged", kind: "refuses" });
  }
};

/** Puts the progress on disk. */
export const saveProgress = (folder: string, value: Progress): Promise<Result<true, ConnectorFault>> =>
  replaceFile(join(folder, "progress.json"), JSON.stringify(value), 0o600);
