import { isAddress, type ServerName, splitServerName } from "./server-name.ts";

/** What can be barred: an organisation by its identifier (`orgnr:…`), or a server name with every name below it. */
export const BARRED_KINDS = ["identifier", "server_name"] as const;
export type BarredKind = (typeof BARRED_KINDS)[number];

/** The names by which a bar would hit this server: its own with and without port, and each name above it. */
export const barringNames = (name: ServerName): readonly string[] => {
  const { host } = splitServerName(name);
  // An address has no name above it.
  if (isAddress(host)) return [...new Set([name, host])];
  const labels = host.split(".");
  return [...new Set([name, ...labels.map((_, at) => labels.slice(at).join("."))])];
};
