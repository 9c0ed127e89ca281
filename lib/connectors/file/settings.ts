import { z } from "zod";
import { type Cidr, parseCidr } from "#lib/domain/network.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { parseServerName } from "#lib/domain/server-name.ts";
import type { Clock } from "#lib/platform/clock.ts";
import type { Http } from "#lib/platform/http.ts";
import { TEMPLATE_NAMES } from "./templates/all.ts";
import type { Outbound } from "./templates/template.ts";

const absolute = z.string().regex(/^\/[^\0]*[^\0/]$/, "an absolute path");
const command = z.array(z.string().min(1)).min(1).max(50);
const network = z.string().transform((text, context): Cidr => {
  const read = parseCidr(text);
  if (read.ok) return read.value;
  context.addIssue({ code: "custom", message: `no network: ${text}` });
  return z.NEVER;
});
const partner = z.string().refine((text) => {
  const name = parseServerName(text);
  return name.ok && name.value === text;
}, "a server name");
const loopback = z
  .string()
  .regex(/^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?\/\S*$/, "an address on this machine");

/** The part of an agent's settings that describes a file target. */
export const fileSettingsForm = z.strictObject({
  /** A template of ours by its name, or the path of one's own. */
  template: z.union([z.enum(TEMPLATE_NAMES as [string, ...string[]]), z.strictObject({ own: absolute })]),
  path: absolute,
  /** Permissions of the file, as octal digits. */
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/)
    .default("640"),
  /** Runs after the file is written and before the server is told; where it fails, the file before is put back. */
  check: command.optional(),
  /** Absent: the operator restarts the server, and the list waits for it. */
  reload: z
    .union([
      z.strictObject({ command }),
      z.strictObject({ post: loopback }),
      z.strictObject({ signal: z.enum(["SIGHUP", "SIGUSR1", "SIGUSR2"]), pidFile: absolute }),
    ])
    .optional(),
  /** Where the running program says what it holds. Absent: only a probe can tell. */
  readBack: z
    .union([
      z.strictObject({ nginx: loopback }),
      z.strictObject({ haproxySocket: absolute }),
      z.strictObject({ synapse: loopback, tokenFile: absolute }),
    ])
    .optional(),
  /** Networks from which partners come; whoever has none is let in from nowhere. Absent: from anywhere. */
  addresses: z
    .strictObject({
      partners: z.record(partner, z.array(network)),
      probes: z.array(network).default([]),
    })
    .optional(),
});

/** What the file target is told by the operator of the server beside which it runs. */
export type FileForm = z.infer<typeof fileSettingsForm>;

/** What a file target needs. */
export type FileSettings = {
  readonly serverName: ServerName;
  readonly form: FileForm;
  readonly clock: Clock;
  /** Plain HTTP on this machine, for the read-back. */
  readonly http: Http;
  /** Where each name was found; asked anew at each `apply`, for templates that hold outbound connections. */
  readonly outbound?: (
    names: readonly ServerName[],
    signal: AbortSignal,
  ) => Promise<Readonly<Record<string, readonly Outbound[]>>>;
  /** How long a told program may take before it is said not to obey, ms. Default: the template's own time. */
  readonly effectWithin?: number;
};
