import { haproxy, haproxyNetworks } from "./haproxy.ts";
import { continuwuity, synapseFile, tuwunel } from "./homeservers.ts";
import { nginx } from "./nginx.ts";
import { squid } from "./squid.ts";
import type { Template } from "./template.ts";

/** Every template, by the name that a settings file uses. */
export const TEMPLATES = {
  synapse: synapseFile,
  tuwunel,
  continuwuity,
  nginx,
  haproxy,
  "haproxy-networks": haproxyNetworks,
  squid,
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = keyof typeof TEMPLATES;
export const TEMPLATE_NAMES: readonly TemplateName[] = [
  "synapse",
  "tuwunel",
  "continuwuity",
  "nginx",
  "haproxy",
  "haproxy-networks",
  "squid",
];
