import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { z } from "zod";
import { AmendmentView } from "#lib/contracts/amendments.ts";
import { ApplicationList } from "#lib/contracts/applications.ts";
import { ApprovalRuleList, DryRunView } from "#lib/contracts/approval-rules.ts";
import { AuditPage, AuditVerification } from "#lib/contracts/audit.ts";
import { ChangePage, ChangeView } from "#lib/contracts/changes.ts";
import type { Page } from "#lib/contracts/common.ts";
import { ConformanceView } from "#lib/contracts/conformance.ts";
import { ConsentsView } from "#lib/contracts/consents.ts";
import { DiagnosisView } from "#lib/contracts/diagnoses.ts";
import { AgencyPage, AgencyView } from "#lib/contracts/directory.ts";
import { EmergencyView, ReachView } from "#lib/contracts/emergency.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { FederationView } from "#lib/contracts/federation.ts";
import { FederationTermsView } from "#lib/contracts/federation-terms.ts";
import { GroupList, GroupView } from "#lib/contracts/groups.ts";
import { DriftList, HoldView, RollBackView } from "#lib/contracts/holds.ts";
import { ConfigurationView, HomeserverPage, HomeserverView, SignedListPage } from "#lib/contracts/homeservers.ts";
import { IdentityChoiceView } from "#lib/contracts/identity.ts";
import { ImportList, ImportRowPage, ImportView } from "#lib/contracts/imports.ts";
import { LevelNamesView } from "#lib/contracts/level-names.ts";
import { NameProofView } from "#lib/contracts/name-proof.ts";
import { FirewallView, NetworksView } from "#lib/contracts/networks.ts";
import { NoticeChoicesView, NoticePage } from "#lib/contracts/notices.ts";
import { OnboardingView } from "#lib/contracts/onboarding.ts";
import { InboxPage, OverviewView } from "#lib/contracts/overview.ts";
import { InvitationPage, PeoplePage } from "#lib/contracts/people.ts";
import { OpinionsView, QuestionsView } from "#lib/contracts/questions.ts";
import { BarredList, MinimumRulesView } from "#lib/contracts/rules.ts";
import { SessionView } from "#lib/contracts/session.ts";
import { SetUpState } from "#lib/contracts/setup.ts";
import { ExposureView, SurroundingsView } from "#lib/contracts/surroundings.ts";
import { TemplatesView } from "#lib/contracts/templates.ts";
import { TokenList } from "#lib/contracts/tokens.ts";
import { AgreementPage, AgreementView, EvidenceView, PreviewView, TimelineView } from "#lib/contracts/trust.ts";
import { UpkeepView } from "#lib/contracts/upkeep.ts";
import { DeliveryList, WebhookList } from "#lib/contracts/webhooks.ts";
import type { Move } from "#lib/domain/trust.ts";
import { ask, withQuery } from "./http.ts";

export type Filter = Readonly<Record<string, string | number | undefined>>;
const API = "/api/v1";

const one = <T extends z.ZodType>(key: readonly unknown[], answer: T, path: string) =>
  queryOptions({ queryKey: key, queryFn: ({ signal }) => ask(answer, `${API}${path}`, { signal }) });

const pages = <P extends Page<unknown>>(key: readonly unknown[], answer: z.ZodType<P>, path: string, filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...key, filter],
    queryFn: ({ signal, pageParam }) =>
      ask(answer, withQuery(`${API}${path}`, { ...filter, cursor: pageParam }), { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** What a page may ask for. The first word of each key is the topic by which events name it. */
export const queries = {
  session: () => one(["session"], SessionView, "/session"),
  setUp: () => one(["setup"], SetUpState, "/setup"),
  federation: () => one(["federation"], FederationView, "/federation"),
  groups: () => one(["groups"], GroupList, "/groups"),
  group: (id: string) => one(["group", id], GroupView, `/groups/${id}`),
  imports: () => one(["imports"], ImportList, "/agreement-imports"),
  import: (id: string) => one(["import", id], ImportView, `/agreement-imports/${id}`),
  importRows: (id: string) => pages(["import", id, "rows"], ImportRowPage, `/agreement-imports/${id}/rows`, {}),
  emergency: () => one(["emergency"], EmergencyView, "/emergency"),
  stopReach: (agency: string) =>
    one(["emergency", "reach", agency], ReachView, withQuery("/emergency/reach", { agency })),
  minimumRules: () => one(["federation", "minimum-rules"], MinimumRulesView, "/federation/minimum-rules"),
  approvalRules: (agency: string) =>
    one(["agency", agency, "approval-rules"], ApprovalRuleList, `/agencies/${agency}/approval-rules`),
  templates: (agency: string) => one(["agency", agency, "templates"], TemplatesView, `/agencies/${agency}/templates`),
  federationTemplates: () => one(["federation", "templates"], TemplatesView, "/federation/templates"),
  levelNames: (agency: string) => one(["agency", agency, "levels"], LevelNamesView, `/agencies/${agency}/level-names`),
  dryRun: (rule: string) => one(["agreement", "dry-run", rule], DryRunView, `/approval-rules/${rule}/dry-run`),
  barred: () => one(["federation", "barred"], BarredList, "/federation/barred"),
  federationTerms: () => one(["federation", "terms"], FederationTermsView, "/terms"),
  overview: () => one(["overview"], OverviewView, "/overview"),
  inbox: (filter: Filter = {}) => pages(["inbox"], InboxPage, "/inbox", filter),
  agencies: (filter: Filter = {}) => pages(["agencies"], AgencyPage, "/agencies", filter),
  agency: (id: string) => one(["agency", id], AgencyView, `/agencies/${id}`),
  onboarding: (id: string) => one(["agency", id, "onboarding"], OnboardingView, `/agencies/${id}/onboarding`),
  homeservers: (filter: Filter = {}) => pages(["homeservers"], HomeserverPage, "/homeservers", filter),
  homeserver: (id: string) => one(["homeserver", id], HomeserverView, `/homeservers/${id}`),
  hold: (id: string) => one(["homeserver", id, "hold"], HoldView, `/homeservers/${id}/hold`),
  rollBack: (id: string) => one(["homeserver", id, "roll-back"], RollBackView, `/homeservers/${id}/roll-back`),
  drift: (id: string) => one(["homeserver", id, "drift"], DriftList, `/homeservers/${id}/drift`),
  configuration: (id: string) =>
    one(["homeserver", id, "configuration"], ConfigurationView, `/homeservers/${id}/configuration`),
  enforcement: (id: string) =>
    one(["homeserver", id, "enforcement"], EnforcementView, `/homeservers/${id}/credentials`),
  identityChoice: (id: string) => one(["agreement", id, "identity"], IdentityChoiceView, `/agreements/${id}/identity`),
  diagnosis: (id: string) => one(["diagnosis", id], DiagnosisView, `/diagnoses/${id}`),
  conformance: (id: string) =>
    one(["homeserver", id, "conformance"], ConformanceView, `/homeservers/${id}/conformance`),
  neighbours: (id: string) => one(["homeserver", id, "neighbours"], SurroundingsView, `/homeservers/${id}/neighbours`),
  exposure: (id: string) => one(["agreement", id, "exposure"], ExposureView, `/agreements/${id}/exposure`),
  networks: (id: string) => one(["homeserver", id, "networks"], NetworksView, `/homeservers/${id}/networks`),
  nameProof: (id: string) => one(["homeserver", id, "name-proof"], NameProofView, `/homeservers/${id}/name-proof`),
  lists: (id: string) => pages(["homeserver", id, "lists"], SignedListPage, `/homeservers/${id}/lists`, {}),
  agreements: (filter: Filter = {}) => pages(["agreements"], AgreementPage, "/agreements", filter),
  agreement: (id: string) => one(["agreement", id], AgreementView, `/agreements/${id}`),
  evidence: (id: string) => one(["agreement", id, "evidence"], EvidenceView, `/agreements/${id}/evidence`),
  amendment: (id: string) => one(["agreement", id, "amendment"], AmendmentView, `/agreements/${id}/amendment`),
  questions: (id: string) => one(["agreement", id, "questions"], QuestionsView, `/agreements/${id}/questions`),
  opinions: (id: string) => one(["agreement", id, "opinions"], OpinionsView, `/agreements/${id}/opinions`),
  consents: (id: string) => one(["agreement", id, "consents"], ConsentsView, `/agreements/${id}/consents`),
  firewall: (id: string) => one(["agreement", id, "firewall"], FirewallView, `/agreements/${id}/firewall`),
  timeline: (id: string) => one(["agreement", id, "timeline"], TimelineView, `/agreements/${id}/timeline?limit=200`),
  preview: (id: string, move: Move) =>
    one(["agreement", id, "preview", move], PreviewView, `/agreements/${id}/preview?move=${move}`),
  changes: (filter: Filter = {}) => pages(["changes"], ChangePage, "/changes", filter),
  change: (id: string) => one(["change", id], ChangeView, `/changes/${id}`),
  audit: (filter: Filter = {}) => pages(["audit"], AuditPage, "/audit", filter),
  verification: () => one(["audit", "verification"], AuditVerification, "/audit/verification"),
  people: (filter: Filter = {}) => pages(["people"], PeoplePage, "/people", filter),
  invitations: (filter: Filter = {}) => pages(["people", "invitations"], InvitationPage, "/invitations", filter),
  notices: () => pages(["notices"], NoticePage, "/notices", {}),
  noticeChoices: () => one(["notices", "choices"], NoticeChoicesView, "/notices/choices"),
  webhooks: (agency: string) => one(["webhooks", agency], WebhookList, `/agencies/${agency}/webhooks`),
  deliveries: (id: string) => one(["webhooks", id, "deliveries"], DeliveryList, `/webhooks/${id}/deliveries`),
  applications: (state: string) => one(["applications", state], ApplicationList, `/applications?state=${state}`),
  upkeep: () => one(["upkeep"], UpkeepView, "/upkeep"),
  tokens: () => one(["tokens"], TokenList, "/tokens"),
};
