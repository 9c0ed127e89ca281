import type { Authority } from "./ca.ts";
import { requester } from "./requests.ts";

const PROBE = "/_matrix/federation/v1/query/profile?user_id=%40nobody%3Aexample";

/** What was answered at a door to somebody who asked in another's name without its key. */
export type Door = { readonly status: number; readonly text: string; readonly isOpen: boolean };

/** Asks at a server's own door in another's name, without its key: 403 is "not on the list", 401 "on it, and not signed". */
export const doorOf = async (ca: Authority, port: number, origin: string, destination: string): Promise<Door> => {
  const authorization = `X-Matrix origin="${origin}",destination="${destination}",key="ed25519:x",sig="AAAA"`;
  const { status, text } = await requester(ca.pem)(`https://127.0.0.1:${port}${PROBE}`, { headers: { authorization } });
  return { status, text: text.slice(0, 120), isOpen: status === 401 };
};
