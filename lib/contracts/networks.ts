import { z } from "zod";
import { MISSING_NETWORKS } from "#lib/domain/firewall.ts";
import { type Cidr, parseCidr } from "#lib/domain/network.ts";
import { At, Digest, fault, HomeserverRef, idInput, PersonRef, Version } from "./common.ts";

/** An address or a network as a person typed it; yields the one spelling that is stored. */
const networkInput = z
  .string()
  .max(64)
  .transform((text, ctx): Cidr => {
    const read = parseCidr(text);
    return read.ok ? read.value : fault(ctx, "invalid_network");
  });
const port = z.int().min(1).max(65_535);

/** Puts a homeserver's networks in place of what was named before. */
export const SetNetworks = z
  .strictObject({
    egress: z.array(networkInput).max(100).meta({ description: "Where its connections come from." }),
    ingress: z
      .array(z.strictObject({ network: networkInput, port }))
      .max(100)
      .meta({ description: "Where it is reached." }),
  })
  .meta({ id: "SetNetworks" });
export type SetNetworks = z.output<typeof SetNetworks>;

export const NetworksView = z
  .object({
    egress: z.array(z.string()),
    ingress: z.array(z.object({ network: z.string(), port })),
    changedAt: At.nullable(),
    mayChange: z.boolean(),
    version: Version,
  })
  .meta({ id: "NetworksView" });
export type NetworksView = z.infer<typeof NetworksView>;

/** One homeserver's firewall for one agreement. */
export const FirewallServer = z.object({
  homeserver: HomeserverRef,
  lines: z.array(z.string()).meta({ description: "In plain text: direction, from, to, port, partner." }),
  nftables: z.array(z.string()),
  digest: Digest.meta({ description: "Over the plain lines; a tick names it." }),
  missing: z.array(z.enum(MISSING_NETWORKS)),
  opened: z
    .object({ at: At, by: PersonRef })
    .nullable()
    .meta({ description: "Who said that these lines are in force." }),
  changedSince: At.nullable().meta({ description: "Other lines were ticked at that time: these are newer." }),
  mayTick: z.boolean(),
});
export type FirewallServer = z.infer<typeof FirewallServer>;

export const FirewallView = z.object({ servers: z.array(FirewallServer), at: At }).meta({ id: "FirewallView" });
export type FirewallView = z.infer<typeof FirewallView>;

/** "Firewall opened", for one homeserver and exactly the lines that were read. */
export const TickFirewall = z.strictObject({ homeserver: idInput("hs"), digest: Digest }).meta({ id: "TickFirewall" });
export type TickFirewall = z.output<typeof TickFirewall>;
