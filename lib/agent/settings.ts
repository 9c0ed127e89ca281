import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fileSettingsForm } from "#lib/connectors/file/settings.ts";
import { DAY } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { USUAL_RULES } from "./identity.ts";

const serverName = z.string().transform((text, context): ServerName => {
  const read = parseServerName(text);
  if (read.ok && read.value === text) return read.value;
  context.addIssue({ code: "custom", message: "no server name in lower case" });
  return z.NEVER;
});
const absolute = z.string().regex(/^\/[^\0]*[^\0/]$/, "no absolute path");
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);
const portal = z
  .string()
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const fits = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.has(url.hostname));
    return fits && url.pathname === "/" && url.search === "" && url.username === "";
  }, "no https address of a portal")
  .transform((text) => new URL(text).origin);

/** What the agent drives: a vendor's own interface on this side, or a file that a program reads. */
const target = z.discriminatedUnion("kind", [
  fileSettingsForm.extend({ kind: z.literal("file") }),
  z.strictObject({
    kind: z.enum(["element_ess", "rocketchat"]),
    url: z.url({ protocol: /^https$/ }).transform((text) => text.replace(/\/+$/, "")),
    /** PEM file of the only authorities trusted for that address. */
    ca: absolute.optional(),
    /** File with the credential's fields as JSON; readable by the agent alone. */
    credentials: absolute,
  }),
]);

const keys = z.record(z.string().regex(/^ed25519:\w{1,64}$/), z.string().regex(/^[A-Za-z0-9+/]{43}$/, "no public key"));
const keysetPlace = z
  .string()
  .regex(/^\d{1,15}\.\d{1,15}$/, 'no "epoch.serial"')
  .transform((text) => {
    const [epoch = 0, serial = 0] = text.split(".").map(Number);
    return { epoch, serial };
  });
/** The operator's own rules (signed documents, laws 3, 4, 6 and 10): nothing that the portal sends changes them. */
const rules = z
  .strictObject({
    rootKeysRequired: z.int().min(1).max(16).default(USUAL_RULES.rootKeysRequired),
    lowestKeyset: keysetPlace.default(USUAL_RULES.lowestKeyset),
    maxLifeDays: z.int().min(1).max(3660).optional(),
    beforeFirstList: z.union([z.enum(["open", "closed"]), z.array(serverName).readonly()]).default("open"),
    observe: z.boolean().default(false),
    requireConsents: z.boolean().default(false),
    consentKeys: z.record(z.string(), keys).default({}),
  })
  .refine(({ requireConsents, consentKeys }) => !requireConsents || Object.keys(consentKeys).length > 0, {
    message: "requireConsents needs consentKeys",
  })
  .transform(({ maxLifeDays, ...rest }) => ({
    ...rest,
    maxLife: maxLifeDays === undefined ? USUAL_RULES.maxLife : maxLifeDays * DAY,
  }));
/** Long enough to mend a full disk in, minutes. */
const USUAL_LEASE = 60;

const form = z.strictObject({
  portal,
  /** PEM file of authorities trusted for the portal beside the usual ones. */
  portalCa: absolute.optional(),
  serverName,
  /** Folder of the agent's own: its key, what it accepted, and how far its receipts are. */
  state: absolute,
  /** File of server names that are always shut, one a line; `#` begins a comment. */
  localDeny: absolute.optional(),
  rules: rules.prefault({}),
  /** How long the stored list may be out of reach before the server is shut (law 7), minutes; 0 for ever. */
  leaseMinutes: z.int().min(0).max(44_640).default(USUAL_LEASE),
  target,
});

/** What the operator tells the agent, in one file. */
export type AgentSettings = z.output<typeof form>;

/** Reads settings from the text of their file; each fault names its field. */
export const parseAgentSettings = (text: string): Result<AgentSettings, string> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (fault) {
    return err(`the settings are no JSON: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
  const read = form.safeParse(json);
  if (read.success) return ok(read.data);
  return err(read.error.issues.map(({ path, message }) => `${path.join(".") || "settings"}: ${message}`).join("\n"));
};

/** The same from the file itself. */
export const readAgentSettings = async (path: string): Promise<Result<AgentSettings, string>> => {
  try {
    return parseAgentSettings(await readFile(path, "utf8"));
  } catch (fault) {
    return err(`the settings cannot be read: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
};
