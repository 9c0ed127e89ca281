import { err, ok, type Result } from "./result.ts";

type Id<Kind extends string> = string & { readonly __brand: Kind };

/** Ids are UUIDv7 in lower case. Each noun has its own brand, so that one cannot stand where another is meant. */
export type AgencyId = Id<"agency">;
export type OperatorId = Id<"operator">;
export type HomeserverId = Id<"homeserver">;
export type EnforcementPointId = Id<"enforcement_point">;
export type AgreementId = Id<"agreement">;
export type DecisionId = Id<"decision">;
export type PersonId = Id<"person">;
export type MembershipId = Id<"membership">;
export type InvitationId = Id<"invitation">;
export type TokenId = Id<"token">;
export type ChangeId = Id<"change">;
export type CredentialId = Id<"credential">;
export type DiagnosisId = Id<"diagnosis">;
export type NoticeId = Id<"notice">;
export type StopId = Id<"stop">;
export type GroupId = Id<"group">;
export type QuestionId = Id<"question">;
export type ImportId = Id<"import">;
export type ApplicationId = Id<"application">;
export type BarredId = Id<"barred">;
export type ApprovalRuleId = Id<"approval_rule">;
export type WebhookId = Id<"webhook">;
export type WebhookDeliveryId = Id<"webhook_delivery">;

/** The prefix each id carries outside the program: in addresses, documents and the interface. */
export type IdByPrefix = {
  agy: AgencyId;
  opr: OperatorId;
  hs: HomeserverId;
  ep: EnforcementPointId;
  agr: AgreementId;
  dec: DecisionId;
  per: PersonId;
  mem: MembershipId;
  inv: InvitationId;
  tok: TokenId;
  chg: ChangeId;
  crd: CredentialId;
  dia: DiagnosisId;
  ntc: NoticeId;
  stp: StopId;
  grp: GroupId;
  qst: QuestionId;
  imp: ImportId;
  apl: ApplicationId;
  bar: BarredId;
  rul: ApprovalRuleId;
  whk: WebhookId;
  dlv: WebhookDeliveryId;
};
export type IdPrefix = keyof IdByPrefix;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Brands a bare UUID, as the database or the id generator gave it.
 * Throws RangeError if the text is not a lower-case UUID: that is a fault of the program, never of a user.
 */
export const idOf = <P extends IdPrefix>(_prefix: P, uuid: string): IdByPrefix[P] => {
  if (!UUID.test(uuid)) throw new RangeError(`not a UUID: ${uuid}`);
  return uuid as IdByPrefix[P];
};

/** An id as the outside world sees it: `agr_0197…`. */
export const toPublicId = <P extends IdPrefix>(prefix: P, id: IdByPrefix[P]): string => `${prefix}_${id}`;

/** Reads an id from outside. Refuses another prefix and anything that is not a UUID behind it. */
export const parsePublicId = <P extends IdPrefix>(prefix: P, text: string): Result<IdByPrefix[P], "invalid_id"> => {
  const uuid = text.startsWith(`${prefix}_`) ? text.slice(prefix.length + 1).toLowerCase() : "";
  return UUID.test(uuid) ? ok(uuid as IdByPrefix[P]) : err("invalid_id");
};
