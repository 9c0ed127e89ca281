import { z } from "zod";
import { isCountry } from "#lib/domain/countries.ts";
import { DISCOVERY_STEPS, IDENTITY_STATES, MODES, ON_STALE, PLATFORMS } from "#lib/domain/directory.ts";
import { LIMITS } from "#lib/domain/platform-limits.ts";
import { STATUSES } from "#lib/domain/statuses.ts";
import {
  AgencyRef,
  At,
  Digest,
  HomeserverRef,
  idInput,
  PageQuery,
  PublicId,
  page,
  serverNameInput,
  text,
  Version,
} from "./common.ts";

// A host as the network knows it: name, IPv4 or IPv6 without brackets; whether it may be reached is judged at connect time.
const host = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)[a-z0-9:.-]+$/);

/** Where a homeserver is reached in a closed network, instead of what discovery would find. `ca` is PEM. */
export const OverrideInput = z.strictObject({
  host,
  port: z.int().min(1).max(65_535),
  ca: z
    .string()
    .max(65_536)
    .regex(/^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s-]+-----END CERTIFICATE-----\s*$/)
    .nullable()
    .default(null),
});
export type OverrideInput = z.output<typeof OverrideInput>;

/** ISO 3166-1 alpha-2: where a homeserver stands, as its agency declares it. */
const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .refine(isCountry);

const managementUrl = z.url({ protocol: /^https?$/ }).max(500);

/** Adds a homeserver for an agency; `alsoServes` are further agencies on the same server. */
export const AddHomeserver = z
  .strictObject({
    serverName: serverNameInput,
    platform: z.enum(PLATFORMS),
    operatorName: text(160).nullable().default(null),
    managementUrl: managementUrl.nullable().default(null),
    override: OverrideInput.nullable().default(null),
    country: country.optional(),
    alsoServes: z.array(idInput("agy")).max(50).default([]),
  })
  .meta({ id: "AddHomeserver" });
export type AddHomeserver = z.output<typeof AddHomeserver>;

/**
 * Changes a homeserver. For an active agency `serverName`, `override` and `country` become proposals that its own approver
 * decides; the answer then names them.
 */
export const UpdateHomeserver = z
  .strictObject({
    serverName: serverNameInput.optional(),
    platform: z.enum(PLATFORMS).optional(),
    managementUrl: managementUrl.nullable().optional(),
    override: OverrideInput.nullable().optional(),
    country: country.nullable().optional(),
  })
  .meta({ id: "UpdateHomeserver" });
export type UpdateHomeserver = z.output<typeof UpdateHomeserver>;

export const SetMode = z.strictObject({ mode: z.enum(MODES) }).meta({ id: "SetMode" });
export type SetMode = z.output<typeof SetMode>;

export const KeyView = z.object({
  keyId: z.string(),
  key: z.string(),
  fingerprint: z.string(),
  validUntil: At.nullable(),
  pinnedAt: At.nullable(),
  supersededAt: At.nullable(),
});

export const DiscoveryStepView = z.object({
  step: z.enum(DISCOVERY_STEPS),
  state: z.enum(["pass", "fail", "unknown", "running"]),
  detail: z.record(z.string(), z.unknown()),
  fixCode: z.string().nullable().meta({ description: "How to mend it: `fixes.<code>` in the messages." }),
  at: At,
});

/** The list of one homeserver, station by station. Names are read by the homeserver's own agencies only. */
export const ListStatus = z.object({
  status: z.enum(STATUSES),
  statusDetail: z.string().nullable(),
  mode: z.enum(MODES),
  desired: z.int().nullable().meta({ description: "How many servers the agreements open now." }),
  signed: z.object({ epoch: z.int(), version: z.int(), digest: Digest }).nullable(),
  stored: z.object({ epoch: z.int(), version: z.int(), at: At }).nullable(),
  effective: z.object({ count: z.int(), at: At }).nullable(),
  observed: z.object({ reached: z.int(), of: z.int(), at: At.nullable() }).nullable(),
  pushedAt: At.nullable(),
  confirmedAt: At.nullable(),
  since: At.nullable().meta({ description: "Since when it has had this status." }),
  validUntil: At.nullable().meta({ description: "When what was last sent grows stale, unless it is renewed before." }),
  warning: z.enum(["stale_soon", "stale"]).nullable(),
  attempts: z.int(),
  nextAttemptAt: At.nullable(),
});
export type ListStatus = z.infer<typeof ListStatus>;

export const HOMESERVER_ACTIONS = [
  "update",
  "propose",
  "look",
  "read_neighbours",
  "set_mode",
  "set_on_stale",
  "read_names",
  "configure",
] as const;
export type HomeserverAction = (typeof HOMESERVER_ACTIONS)[number];

export const HomeserverSummary = HomeserverRef.extend({
  platform: z.enum(PLATFORMS),
  mode: z.enum(MODES),
  identityState: z.enum(IDENTITY_STATES),
  status: z.enum(STATUSES),
  agencies: z.array(AgencyRef),
  conformance: z
    .object({ at: At, failed: z.int(), passed: z.int() })
    .nullable()
    .meta({ description: "What trying the contract on the server last counted; null where it was never tried." }),
}).meta({ id: "HomeserverSummary" });
export type HomeserverSummary = z.infer<typeof HomeserverSummary>;

export const HomeserverView = HomeserverSummary.extend({
  onStale: z.enum(ON_STALE).meta({ description: "What it does when its list has grown stale." }),
  operator: z.object({ id: PublicId("opr"), name: z.string() }).nullable(),
  managementUrl: z.string().nullable(),
  override: z.object({ host: z.string(), port: z.int(), hasCa: z.boolean() }).nullable(),
  country: z.string().nullable().meta({ description: "Where it stands, as declared (ISO 3166-1 alpha-2)." }),
  countryHints: z
    .object({
      subject: z.string().nullable(),
      issuer: z.string().nullable(),
      leadsTo: z.object({ host: z.string(), country: z.string() }).nullable(),
    })
    .meta({ description: "What its certificate and its delegation say of countries: hints, which decide nothing." }),
  keys: z.array(KeyView),
  discovery: z.array(DiscoveryStepView),
  list: ListStatus.nullable().meta({ description: "Null where the caller may not read it, or nothing is signed yet." }),
  limits: z.array(z.enum(LIMITS)),
  openChanges: z.array(PublicId("chg")),
  allowed: z.array(z.enum(HOMESERVER_ACTIONS)),
  version: Version,
  createdAt: At,
}).meta({ id: "HomeserverView" });
export type HomeserverView = z.infer<typeof HomeserverView>;

/** What an update answers: the homeserver as it stands, and what now waits for the agency's approver. */
export const HomeserverChanged = z
  .object({ homeserver: HomeserverView, proposed: z.array(PublicId("chg")) })
  .meta({ id: "HomeserverChanged" });
export type HomeserverChanged = z.infer<typeof HomeserverChanged>;

export const HomeserverQuery = PageQuery.extend({
  agency: idInput("agy").optional(),
  q: z.string().max(255).optional(),
});
export type HomeserverQuery = z.output<typeof HomeserverQuery>;
export const HomeserverPage = page(HomeserverSummary).meta({ id: "HomeserverPage" });

/** What to paste into the homeserver's settings. Compare the fingerprints with those published outside the portal. */
export const ConfigurationView = z
  .object({
    serverName: z.string(),
    format: z.enum(["yaml"]),
    text: z.string(),
    federation: z.string(),
    rootKeys: z.array(z.object({ keyId: z.string(), key: z.string(), fingerprint: z.string() })),
    rootKeysRequired: z.int(),
    ready: z.boolean().meta({ description: "False until the federation has root keys." }),
  })
  .meta({ id: "ConfigurationView" });
export type ConfigurationView = z.infer<typeof ConfigurationView>;

/** One signed list as it was stored: history, newest first. */
export const SignedListView = z
  .object({
    epoch: z.int(),
    version: z.int(),
    digest: Digest,
    mode: z.enum(MODES),
    issuedAt: At,
    expiresAt: At,
    servers: z.array(z.object({ server: z.string(), reasons: z.array(z.string()) })),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    traceId: z.string().nullable(),
  })
  .meta({ id: "SignedListView" });
export type SignedListView = z.infer<typeof SignedListView>;
export const SignedListPage = page(SignedListView).meta({ id: "SignedListPage" });
