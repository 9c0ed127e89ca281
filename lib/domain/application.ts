export const APPLICATION_STATES = ["open", "approved", "refused"] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** What stands in the way of approving one as it is written. */
export const APPLICATION_FINDINGS = ["duplicate_identifier", "duplicate_server_name"] as const;
export type ApplicationFinding = (typeof APPLICATION_FINDINGS)[number];

/** How many strangers may send, all together: what a coordinator can read through. */
const MOST_AN_HOUR = 20;
const MOST_OPEN = 200;

export type Sent = { readonly recent: number; readonly open: number; readonly theirs: number };

/**
 * What becomes of an application that is sent: kept; answered like one that is kept, but not kept, where the same
 * organisation already waits; or refused for all strangers alike.
 */
export const receiptOf = ({ recent, open, theirs }: Sent): "keep" | "drop" | "full" => {
  if (recent >= MOST_AN_HOUR || open >= MOST_OPEN) return "full";
  return theirs > 0 ? "drop" : "keep";
};
