import { byCodePoint } from "./canonical.ts";
import { isAddress, type ServerName, splitServerName } from "./server-name.ts";

/**
 * The content of an `m.room.server_acl` event that lets in those servers and no other: for a room of theirs, also where
 * one of their servers talks to others. Names stand without port, as the Matrix specification compares them.
 */
export const roomAcl = (servers: readonly ServerName[]): string => {
  const allow = [...new Set(servers.map((name) => splitServerName(name).host))].toSorted(byCodePoint);
  return JSON.stringify({ allow, allow_ip_literals: allow.some(isAddress), deny: [] }, null, 2);
};
