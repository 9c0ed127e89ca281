import { readFileSync } from "node:fs";
import { z } from "zod";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { processWide } from "./global.ts";

/** Settings that may be given as `NAME_FILE`, a path to a file that holds the value, so that it is in no process list. */
const FROM_FILE = [
  "DATABASE_URL_OWNER",
  "DATABASE_URL_WEB",
  "DATABASE_URL_WORKER",
  "NEXTAUTH_SECRET",
  "SMTP_URL",
  "TILLIT_OIDC_PROVIDERS",
] as const;

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

const url = (schemes: readonly string[], example: string) =>
  z
    .string(`an address such as ${example}`)
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol), `an address such as ${example}`);

const postgres = url(["postgres:", "postgresql:"], "postgresql://role:password@host:5432/tillit");
const flag = z.enum(["true", "false"], "true or false").transform((text) => text === "true");
const count = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, expected)
    .transform(Number)
    .refine((value) => value >= least && value <= most, expected);
};

const PROVIDERS_EXPECTED =
  'a JSON list of {"id","label","issuer","clientId","clientSecret" or "clientSecretFile","allowedIdentifiers": ["orgnr:…"] or "*"}';

const provider = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  label: z.string().min(1).max(80),
  issuer: z.string().refine((text) => URL.canParse(text)),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  clientSecretFile: z.string().min(1).optional(),
  allowedIdentifiers: z.union([z.literal("*"), z.array(z.string().min(3))]),
});

/** An OIDC provider, and the organisations it may vouch for. */
export type OidcProvider = Omit<z.output<typeof provider>, "clientSecretFile">;

const providers = z.string().transform((text, context): OidcProvider[] => {
  const refuse = (why: string): never[] => {
    context.addIssue({ code: "custom", message: `${PROVIDERS_EXPECTED}; ${why}` });
    return [];
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse("it is not JSON");
  }
  const list = z.array(provider).safeParse(json);
  if (!list.success) return refuse(`at fault: ${list.error.issues.map(({ path }) => path.join(".")).join(", ")}`);
  const read: OidcProvider[] = [];
  for (const { clientSecretFile, ...rest } of list.data) {
    if (clientSecretFile === undefined) {
      read.push(rest);
      continue;
    }
    const secret = readSecret(clientSecretFile);
    if (secret === undefined) return refuse(`cannot read the clientSecretFile of ${rest.id}`);
    read.push({ ...rest, clientSecret: secret });
  }
  return read;
});

const readSecret = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

const schema = z.object({
  TILLIT_FEDERATION_ID: z
    .string()
    .regex(DNS_NAME, "a DNS-style name in lower case, such as federation.example, never reused")
    .optional(),
  TILLIT_ENVIRONMENT: z.enum(["demo", "test", "production"], "demo, test or production").default("production"),
  TILLIT_BASE_URL: url(["https:", "http:"], "https://tillit.example").default("http://localhost:3000"),
  TILLIT_PORT: count(1, 65_535).default(3000),
  TILLIT_HOME: z.string().min(1, "a directory").default(".tillit"),
  DATABASE_URL_OWNER: postgres.optional(),
  DATABASE_URL_WEB: postgres.optional(),
  DATABASE_URL_WORKER: postgres.optional(),
  NEXTAUTH_SECRET: z.string().min(32, "at least 32 characters").optional(),
  TILLIT_KEYS_DIR: z.string().min(1, "a directory").optional(),
  TILLIT_ALLOW_PRIVATE_ADDRESSES: flag.default(false),
  TILLIT_EGRESS_PROXY: url(["http:"], "http://proxy.example:3128").optional(),
  TILLIT_EXTRA_CA: z.string().min(1, "the path of a PEM file").optional(),
  TILLIT_OIDC_PROVIDERS: providers.default([]),
  SMTP_URL: url(["smtp:", "smtps:"], "smtps://user:password@mail.example:465").optional(),
  MAIL_FROM: z.string().includes("@", "a mail address").optional(),
  TILLIT_SWEEP_SECONDS: count(1, 86_400).default(60),
  TILLIT_DEFAULT_LOCALE: z.enum(["sv", "en"], "sv or en").default("sv"),
  TILLIT_LOG_LEVEL: z
    .enum(["silent", "error", "warn", "info", "debug"], "silent, error, warn, info or debug")
    .default("info"),
});

type Raw = z.output<typeof schema>;

const named = (raw: Raw) => ({
  federationId: raw.TILLIT_FEDERATION_ID,
  environment: raw.TILLIT_ENVIRONMENT,
  baseUrl: raw.TILLIT_BASE_URL.replace(/\/+$/, ""),
  port: raw.TILLIT_PORT,
  home: raw.TILLIT_HOME,
  databaseUrlOwner: raw.DATABASE_URL_OWNER,
  databaseUrlWeb: raw.DATABASE_URL_WEB,
  databaseUrlWorker: raw.DATABASE_URL_WORKER,
  nextAuthSecret: raw.NEXTAUTH_SECRET,
  keysDir: raw.TILLIT_KEYS_DIR,
  allowPrivateAddresses: raw.TILLIT_ALLOW_PRIVATE_ADDRESSES,
  egressProxy: raw.TILLIT_EGRESS_PROXY,
  extraCa: raw.TILLIT_EXTRA_CA,
  oidcProviders: raw.TILLIT_OIDC_PROVIDERS,
  smtpUrl: raw.SMTP_URL,
  mailFrom: raw.MAIL_FROM,
  sweepSeconds: raw.TILLIT_SWEEP_SECONDS,
  defaultLocale: raw.TILLIT_DEFAULT_LOCALE,
  logLevel: raw.TILLIT_LOG_LEVEL,
});

/** What the environment says, parsed. Times are in the unit of the name. */
export type Settings = Readonly<ReturnType<typeof named>>;

type Environment = { readonly [name: string]: string | undefined };

/** The parts of the product that start by themselves, and the settings each cannot do without. */
const REQUIRED = {
  any: [],
  web: ["DATABASE_URL_WEB", "NEXTAUTH_SECRET"],
  worker: ["DATABASE_URL_WORKER", "TILLIT_KEYS_DIR"],
} as const satisfies Record<string, readonly (keyof Raw)[]>;
export type Part = keyof typeof REQUIRED;

const withFiles = (environment: Environment): { values: Environment; faults: string[] } => {
  const values: Record<string, string | undefined> = {};
  const faults: string[] = [];
  for (const name of Object.keys(schema.shape)) values[name] = environment[name] === "" ? undefined : environment[name];
  for (const name of FROM_FILE) {
    const path = environment[`${name}_FILE`];
    if (path === undefined || path === "") continue;
    if (values[name] !== undefined) faults.push(`${name}: expected either ${name} or ${name}_FILE, not both`);
    const secret = readSecret(path);
    if (secret === undefined) faults.push(`${name}_FILE: expected a file that this process can read`);
    else values[name] = secret;
  }
  return { values, faults };
};

/**
 * Reads every setting. Values never appear in a fault, since some are secrets.
 *
 * @param part what is about to start; its required settings are demanded
 * @returns the settings, or all faults at once, each `NAME: expected …`
 */
export const readSettings = (
  part: Part = "any",
  environment: Environment = process.env,
): Result<Settings, string[]> => {
  const { values, faults } = withFiles(environment);
  const read = schema.safeParse(values);
  if (!read.success) {
    for (const { path, message } of read.error.issues) faults.push(`${path.join(".")}: expected ${message}`);
  }
  for (const name of REQUIRED[part]) {
    if (values[name] === undefined) faults.push(`${name}: expected a value, none is set`);
  }
  if (!read.success || faults.length > 0) return err(faults);
  return ok(named(read.data));
};

/** The process's settings, read once and lazily (`next build` loads route modules without an environment). */
export const settings = (): Settings =>
  processWide("settings", () => {
    const read = readSettings();
    if (!read.ok) throw new Error(`Settings at fault:\n  ${read.error.join("\n  ")}`);
    return read.value;
  });
