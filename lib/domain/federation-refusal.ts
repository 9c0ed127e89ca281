/**
 * What a homeserver's refusal of a federation request means. A shut list, a room that is refused and a room version that
 * does not fit can all be a 403, and the person who invited reads the same sentence for each of them.
 */
export const REFUSALS = [
  "not_listed",
  "federation_off",
  "encrypted_room",
  "public_room",
  "no_room_state",
  "room_version",
  "bad_signature",
  "no_origin",
  "other_destination",
  "not_matrix",
  "unread",
] as const;
export type FederationRefusal = (typeof REFUSALS)[number];

export type RefusalAnswer = {
  readonly status: number;
  readonly errcode: string | undefined;
  readonly error: string | undefined;
};

type Row = {
  readonly means: FederationRefusal;
  readonly status: number;
  readonly errcode?: string;
  readonly error?: RegExp;
  /** Where this answer was read. */
  readonly source: string;
};

const SYNAPSE = "Synapse federation/transport/server/_base.py";
const ROCKETCHAT = "Rocket.Chat federation routes, in the order of their checks";
const INVITES = "Rocket.Chat homeserver SDK, invite service: the two room settings are off by default";
const SPEC = "Matrix specification, error codes of make_join and invite";

/** Read from top to bottom; the first row that fits is the answer's meaning. */
const ROWS: readonly Row[] = [
  { means: "room_version", status: 400, errcode: "M_INCOMPATIBLE_ROOM_VERSION", source: SPEC },
  { means: "room_version", status: 400, errcode: "M_UNSUPPORTED_ROOM_VERSION", source: SPEC },
  { means: "encrypted_room", status: 403, error: /due to room being encrypted/, source: INVITES },
  { means: "public_room", status: 403, error: /due to room being public/, source: INVITES },
  { means: "no_room_state", status: 403, error: /^Invite has no room state/, source: INVITES },
  { means: "not_listed", status: 403, errcode: "M_FORBIDDEN", error: /^Federation denied with /, source: SYNAPSE },
  { means: "not_listed", status: 403, error: /^Federation from this domain is not allowed/, source: ROCKETCHAT },
  { means: "not_listed", status: 403, error: /^You are blocked from federating/, source: "Continuwuity, seen running" },
  { means: "federation_off", status: 403, error: /^Federation is not enabled/, source: ROCKETCHAT },
  { means: "no_origin", status: 401, errcode: "M_MISSING_ORIGIN", source: ROCKETCHAT },
  { means: "no_origin", status: 401, error: /^Missing Authorization/i, source: `${SYNAPSE}; ${ROCKETCHAT}` },
  { means: "other_destination", status: 401, error: /destination/i, source: SYNAPSE },
  { means: "bad_signature", status: 401, errcode: "M_UNAUTHORIZED", source: `${SYNAPSE}; ${ROCKETCHAT}` },
];

const fits = (row: Row, { status, errcode, error }: RefusalAnswer): boolean =>
  row.status === status &&
  (row.errcode === undefined || row.errcode === errcode) &&
  (row.error === undefined || row.error.test(error ?? ""));

/**
 * Reads a refusal by its status, errcode and sentence.
 *
 * @param answer as the homeserver gave it; without errcode and error where the body is not the protocol's JSON
 * @returns `not_matrix` where something else than a homeserver answered, `unread` for an answer that no row knows
 */
export const readRefusal = (answer: RefusalAnswer): FederationRefusal => {
  const row = ROWS.find((each) => fits(each, answer));
  if (row !== undefined) return row.means;
  return answer.errcode === undefined && answer.error === undefined ? "not_matrix" : "unread";
};
