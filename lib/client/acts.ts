import type { z } from "zod";
import { AgencyFilePreview, type ImportAgencies, ImportedAgencies } from "#lib/contracts/agency-file.ts";
import { EnrolmentCode } from "#lib/contracts/agents.ts";
import { AgreementFilePreview, type ImportAgreements, ImportedAgreements } from "#lib/contracts/agreement-file.ts";
import { AmendmentView, type DecideAmendment, type ProposeAmendment } from "#lib/contracts/amendments.ts";
import { type Apply, type DecideApplication, DecidedApplication } from "#lib/contracts/applications.ts";
import {
  ApprovalRuleList,
  type DecideRule,
  DryRunView,
  type ProposeRule,
  type TryRule,
} from "#lib/contracts/approval-rules.ts";
import { ChangeView, type DecideChange } from "#lib/contracts/changes.ts";
import { Done } from "#lib/contracts/common.ts";
import { ConsentsView, type GiveConsent } from "#lib/contracts/consents.ts";
import { type CreateDiagnosis, DiagnosisView } from "#lib/contracts/diagnoses.ts";
import {
  AgencyView,
  type CreateAgency,
  type PlanLeaving,
  type SetAgencyState,
  type UpdateAgency,
} from "#lib/contracts/directory.ts";
import { type DecideStop, type StartStop, StopView } from "#lib/contracts/emergency.ts";
import { EnforcementView, type GiveCredential, type SetBridge, type SetPoint } from "#lib/contracts/enforcement.ts";
import { FederationView, type UpdateFederation } from "#lib/contracts/federation.ts";
import { type AcceptTerms, FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { type DecideGroup, type DraftGroup, GroupView, type ProposeMember } from "#lib/contracts/groups.ts";
import {
  DriftList,
  HoldView,
  type PutBack,
  type ReleaseList,
  type RollBack,
  RollBackView,
  type SetOnStale,
} from "#lib/contracts/holds.ts";
import {
  type AddHomeserver,
  HomeserverChanged,
  HomeserverView,
  type SetMode,
  type UpdateHomeserver,
} from "#lib/contracts/homeservers.ts";
import { type ChooseIdentity, IdentityChoiceView } from "#lib/contracts/identity.ts";
import { type DecideImport, ImportView } from "#lib/contracts/imports.ts";
import { LevelNamesView, type SetLevelNames } from "#lib/contracts/level-names.ts";
import { NameProofView } from "#lib/contracts/name-proof.ts";
import { FirewallView, NetworksView, type SetNetworks, type TickFirewall } from "#lib/contracts/networks.ts";
import { type ChooseNotices, NoticeChoicesView } from "#lib/contracts/notices.ts";
import {
  type CreateInvitation,
  type GrantMembership,
  InvitationView,
  MembershipOutcome,
  NewInvitationView,
  PersonView,
} from "#lib/contracts/people.ts";
import { type AskOrAnswer, type GiveOpinion, OpinionsView, QuestionsView } from "#lib/contracts/questions.ts";
import { type AddBarred, BarredList, MinimumRulesView, type SetMinimumRules } from "#lib/contracts/rules.ts";
import { SessionView } from "#lib/contracts/session.ts";
import type { SetUp } from "#lib/contracts/setup.ts";
import { type SayCut, SurroundingsView } from "#lib/contracts/surroundings.ts";
import { type SetTemplates, TemplatesView } from "#lib/contracts/templates.ts";
import { type CreateToken, NewTokenView, TokenList } from "#lib/contracts/tokens.ts";
import {
  AgreementsDecided,
  AgreementView,
  type DecideMany,
  type DecideTrust,
  type RequestMany,
  type RequestTrust,
} from "#lib/contracts/trust.ts";
import { type ReviewAgency, UpkeepView } from "#lib/contracts/upkeep.ts";
import { type CreateWebhook, DeliveryList, NewWebhookView, WebhookList, WebhookView } from "#lib/contracts/webhooks.ts";
import { ask } from "./http.ts";

const API = "/api/v1";
/** A key for one act: made once by the form, kept over retries, so that a lost answer never repeats the act. */
export const newKey = (): string => crypto.randomUUID();

/** Everything a page can do. Each throws ApiProblem when it is refused. */
export const acts = {
  requestTrust: (body: z.input<typeof RequestTrust>, key: string) =>
    ask(AgreementView, `${API}/trust-requests`, { method: "POST", body, key }),
  decideTrust: (id: string, body: z.input<typeof DecideTrust>, version: number) =>
    ask(AgreementView, `${API}/agreements/${id}/decisions`, { method: "POST", body, version, key: newKey() }),
  requestMany: (body: z.input<typeof RequestMany>, key: string) =>
    ask(AgreementsDecided, `${API}/trust-requests/many`, { method: "POST", body, key }),
  decideMany: (body: z.input<typeof DecideMany>) =>
    ask(AgreementsDecided, `${API}/agreements/decisions`, { method: "POST", body, key: newKey() }),
  draftGroup: (body: z.input<typeof DraftGroup>, key: string) =>
    ask(GroupView, `${API}/groups`, { method: "POST", body, key }),
  decideGroup: (id: string, body: z.input<typeof DecideGroup>, version: number) =>
    ask(GroupView, `${API}/groups/${id}/decisions`, { method: "POST", body, version, key: newKey() }),
  proposeMember: (id: string, body: z.input<typeof ProposeMember>) =>
    ask(GroupView, `${API}/groups/${id}/members`, { method: "POST", body, key: newKey() }),
  previewAgreementFile: (csv: string) =>
    ask(AgreementFilePreview, `${API}/agreements/import/preview`, { method: "POST", body: { csv } }),
  importAgreements: (body: z.input<typeof ImportAgreements>, key: string) =>
    ask(ImportedAgreements, `${API}/agreements/import`, { method: "POST", body, key }),
  decideImport: (id: string, body: z.input<typeof DecideImport>, key: string) =>
    ask(ImportView, `${API}/agreement-imports/${id}/decisions`, { method: "POST", body, key }),
  startStop: (body: z.input<typeof StartStop>) =>
    ask(StopView, `${API}/emergency/stops`, { method: "POST", body, key: newKey() }),
  decideStop: (id: string, body: z.input<typeof DecideStop>, version: number) =>
    ask(StopView, `${API}/emergency/stops/${id}/decision`, { method: "POST", body, version, key: newKey() }),
  decideChange: (id: string, body: z.input<typeof DecideChange>) =>
    ask(ChangeView, `${API}/changes/${id}/decision`, { method: "POST", body, key: newKey() }),
  createAgency: (body: z.input<typeof CreateAgency>, key: string) =>
    ask(AgencyView, `${API}/agencies`, { method: "POST", body, key }),
  previewAgencyFile: (csv: string) =>
    ask(AgencyFilePreview, `${API}/agencies/import/preview`, { method: "POST", body: { csv } }),
  importAgencies: (body: z.input<typeof ImportAgencies>, key: string) =>
    ask(ImportedAgencies, `${API}/agencies/import`, { method: "POST", body, key }),
  updateAgency: (id: string, body: z.input<typeof UpdateAgency>, version: number) =>
    ask(AgencyView, `${API}/agencies/${id}`, { method: "PATCH", body, version }),
  planLeaving: (id: string, body: z.input<typeof PlanLeaving>, version: number) =>
    ask(AgencyView, `${API}/agencies/${id}/leaving`, { method: "PUT", body, version }),
  setAgencyState: (id: string, body: z.input<typeof SetAgencyState>, version: number) =>
    ask(AgencyView, `${API}/agencies/${id}/state`, { method: "PUT", body, version }),
  setTemplates: (id: string, body: z.input<typeof SetTemplates>) =>
    ask(TemplatesView, `${API}/agencies/${id}/templates`, { method: "PUT", body }),
  setFederationTemplates: (body: z.input<typeof SetTemplates>) =>
    ask(TemplatesView, `${API}/federation/templates`, { method: "PUT", body }),
  setLevelNames: (id: string, body: z.input<typeof SetLevelNames>) =>
    ask(LevelNamesView, `${API}/agencies/${id}/level-names`, { method: "PUT", body }),
  reviewAgency: (id: string, body: z.input<typeof ReviewAgency>) =>
    ask(UpkeepView, `${API}/agencies/${id}/reviews`, { method: "POST", body, key: newKey() }),
  addHomeserver: (agency: string, body: z.input<typeof AddHomeserver>, key: string) =>
    ask(HomeserverView, `${API}/agencies/${agency}/homeservers`, { method: "POST", body, key }),
  updateHomeserver: (id: string, body: z.input<typeof UpdateHomeserver>, version: number) =>
    ask(HomeserverChanged, `${API}/homeservers/${id}`, { method: "PATCH", body, version }),
  setMode: (id: string, body: z.input<typeof SetMode>, version: number) =>
    ask(HomeserverView, `${API}/homeservers/${id}/mode`, { method: "PUT", body, version }),
  sayCut: (id: string, body: z.input<typeof SayCut>) =>
    ask(SurroundingsView, `${API}/homeservers/${id}/neighbours`, { method: "POST", body, key: newKey() }),
  setNetworks: (id: string, body: z.input<typeof SetNetworks>, version: number) =>
    ask(NetworksView, `${API}/homeservers/${id}/networks`, { method: "PUT", body, version }),
  proposeAmendment: (id: string, body: z.input<typeof ProposeAmendment>) =>
    ask(AmendmentView, `${API}/agreements/${id}/amendment`, { method: "POST", body, key: newKey() }),
  decideAmendment: (id: string, body: z.input<typeof DecideAmendment>) =>
    ask(AmendmentView, `${API}/agreements/${id}/amendment/decisions`, { method: "POST", body, key: newKey() }),
  askOrAnswer: (id: string, body: z.input<typeof AskOrAnswer>) =>
    ask(QuestionsView, `${API}/agreements/${id}/questions`, { method: "POST", body, key: newKey() }),
  giveOpinion: (id: string, body: z.input<typeof GiveOpinion>) =>
    ask(OpinionsView, `${API}/agreements/${id}/opinions`, { method: "POST", body, key: newKey() }),
  giveConsent: (id: string, body: z.input<typeof GiveConsent>) =>
    ask(ConsentsView, `${API}/agreements/${id}/consents`, { method: "POST", body, key: newKey() }),
  tickFirewall: (id: string, body: z.input<typeof TickFirewall>) =>
    ask(FirewallView, `${API}/agreements/${id}/firewall`, { method: "POST", body, key: newKey() }),
  readNotices: (until: number) => ask(Done, `${API}/notices/read`, { method: "PUT", body: { until } }),
  chooseNotices: (body: z.input<typeof ChooseNotices>) =>
    ask(NoticeChoicesView, `${API}/notices/choices`, { method: "PUT", body }),
  createWebhook: (agency: string, body: z.input<typeof CreateWebhook>, key: string) =>
    ask(NewWebhookView, `${API}/agencies/${agency}/webhooks`, { method: "POST", body, key }),
  setWebhook: (id: string, enabled: boolean) =>
    ask(WebhookView, `${API}/webhooks/${id}`, { method: "PUT", body: { enabled } }),
  removeWebhook: (id: string) => ask(WebhookList, `${API}/webhooks/${id}`, { method: "DELETE", body: {} }),
  tryWebhook: (id: string) => ask(DeliveryList, `${API}/webhooks/${id}/trial`, { method: "POST", body: {} }),
  rotateWebhook: (id: string) =>
    ask(NewWebhookView, `${API}/webhooks/${id}/secret`, { method: "POST", body: {}, key: newKey() }),
  replayDelivery: (id: string, delivery: string) =>
    ask(DeliveryList, `${API}/webhooks/${id}/deliveries/${delivery}/replay`, { method: "POST", body: {} }),
  look: (id: string) => ask(Done, `${API}/homeservers/${id}/look`, { method: "POST", body: {}, key: newKey() }),
  askNameProof: (id: string) => ask(NameProofView, `${API}/homeservers/${id}/name-proof`, { method: "POST" }),
  setPoint: (id: string, body: z.input<typeof SetPoint>) =>
    ask(EnforcementView, `${API}/homeservers/${id}/enforcement-point`, { method: "PUT", body }),
  setBridge: (id: string, body: z.input<typeof SetBridge>) =>
    ask(EnforcementView, `${API}/homeservers/${id}/bridge`, { method: "PUT", body }),
  makeEnrolmentCode: (id: string) => ask(EnrolmentCode, `${API}/homeservers/${id}/enrolment-code`, { method: "POST" }),
  giveCredential: (id: string, body: z.input<typeof GiveCredential>) =>
    ask(EnforcementView, `${API}/homeservers/${id}/credentials`, { method: "POST", body }),
  insistOnCredential: (id: string) =>
    ask(EnforcementView, `${API}/homeservers/${id}/credentials/insistence`, { method: "POST", body: {} }),
  removeCredential: (id: string, credential: string) =>
    ask(EnforcementView, `${API}/homeservers/${id}/credentials/${credential}`, { method: "DELETE", body: {} }),
  chooseIdentity: (id: string, body: z.input<typeof ChooseIdentity>) =>
    ask(IdentityChoiceView, `${API}/agreements/${id}/identity`, { method: "PUT", body }),
  diagnose: (body: z.input<typeof CreateDiagnosis>) =>
    ask(DiagnosisView, `${API}/diagnoses`, { method: "POST", body, key: newKey() }),
  releaseList: (id: string, body: z.input<typeof ReleaseList>, version: number) =>
    ask(HoldView, `${API}/homeservers/${id}/release`, { method: "POST", body, version }),
  rollBack: (id: string, body: z.input<typeof RollBack>, version: number) =>
    ask(RollBackView, `${API}/homeservers/${id}/roll-back`, { method: "POST", body, version }),
  putBack: (id: string, body: z.input<typeof PutBack>, version: number) =>
    ask(DriftList, `${API}/homeservers/${id}/put-back`, { method: "POST", body, version }),
  setOnStale: (id: string, body: z.input<typeof SetOnStale>, version: number) =>
    ask(HomeserverView, `${API}/homeservers/${id}/stale`, { method: "PUT", body, version }),
  disablePerson: (id: string, reason: string | undefined) =>
    ask(PersonView, `${API}/people/${id}/disable`, {
      method: "POST",
      body: reason === undefined ? {} : { reason },
      key: newKey(),
    }),
  enablePerson: (id: string) =>
    ask(PersonView, `${API}/people/${id}/enable`, { method: "POST", body: {}, key: newKey() }),
  erasePerson: (id: string) =>
    ask(PersonView, `${API}/people/${id}/erasure`, { method: "POST", body: {}, key: newKey() }),
  grantMembership: (body: z.input<typeof GrantMembership>, key: string) =>
    ask(MembershipOutcome, `${API}/memberships`, { method: "POST", body, key }),
  endMembership: (id: string) => ask(MembershipOutcome, `${API}/memberships/${id}`, { method: "DELETE", body: {} }),
  invite: (body: z.input<typeof CreateInvitation>, key: string) =>
    ask(NewInvitationView, `${API}/invitations`, { method: "POST", body, key }),
  revokeInvitation: (id: string) => ask(InvitationView, `${API}/invitations/${id}`, { method: "DELETE", body: {} }),
  redeemInvitation: (token: string) =>
    ask(MembershipOutcome, `${API}/invitations/redemption`, { method: "POST", body: { token } }),
  createToken: (body: z.input<typeof CreateToken>, key: string) =>
    ask(NewTokenView, `${API}/tokens`, { method: "POST", body, key }),
  revokeToken: (id: string) => ask(TokenList, `${API}/tokens/${id}`, { method: "DELETE", body: {} }),
  applyToJoin: (body: z.input<typeof Apply>) => ask(Done, `${API}/applications`, { method: "POST", body }),
  decideApplication: (id: string, body: z.input<typeof DecideApplication>) =>
    ask(DecidedApplication, `${API}/applications/${id}/decision`, { method: "POST", body, key: newKey() }),
  requestLink: (email: string) => ask(Done, `${API}/sign-in-links`, { method: "POST", body: { email } }),
  redeemLink: (token: string) => ask(Done, `${API}/sign-in-links/redemption`, { method: "POST", body: { token } }),
  setUp: (body: z.input<typeof SetUp>) => ask(Done, `${API}/setup`, { method: "POST", body }),
  updateFederation: (body: z.input<typeof UpdateFederation>, version: number) =>
    ask(FederationView, `${API}/federation`, { method: "PATCH", body, version }),
  setMinimumRules: (body: z.input<typeof SetMinimumRules>) =>
    ask(MinimumRulesView, `${API}/federation/minimum-rules`, { method: "PUT", body }),
  tryRule: (agency: string, body: z.input<typeof TryRule>) =>
    ask(DryRunView, `${API}/agencies/${agency}/approval-rules/dry-run`, { method: "POST", body }),
  proposeRule: (agency: string, body: z.input<typeof ProposeRule>) =>
    ask(ApprovalRuleList, `${API}/agencies/${agency}/approval-rules`, { method: "POST", body, key: newKey() }),
  decideRule: (rule: string, body: z.input<typeof DecideRule>) =>
    ask(ApprovalRuleList, `${API}/approval-rules/${rule}/decision`, { method: "POST", body }),
  addBarred: (body: z.input<typeof AddBarred>) =>
    ask(BarredList, `${API}/federation/barred`, { method: "POST", body, key: newKey() }),
  liftBarred: (id: string) => ask(BarredList, `${API}/federation/barred/${id}`, { method: "DELETE", body: {} }),
  acceptTerms: (body: z.input<typeof AcceptTerms>) =>
    ask(FederationTermsView, `${API}/terms/acceptances`, { method: "POST", body, key: newKey() }),
  setLocale: (locale: "sv" | "en") => ask(SessionView, `${API}/session`, { method: "PATCH", body: { locale } }),
};
