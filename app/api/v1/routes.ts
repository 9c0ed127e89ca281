import type { Routes } from "#lib/api/openapi.ts";
import * as agenciesOneApprovalRulesDryRun from "./agencies/[id]/approval-rules/dry-run/route.ts";
import * as agenciesOneApprovalRules from "./agencies/[id]/approval-rules/route.ts";
import * as agenciesOneHomeservers from "./agencies/[id]/homeservers/route.ts";
import * as agenciesOneLeaving from "./agencies/[id]/leaving/route.ts";
import * as agenciesOneLevelNames from "./agencies/[id]/level-names/route.ts";
import * as agenciesOneOnboarding from "./agencies/[id]/onboarding/route.ts";
import * as agenciesOneReviews from "./agencies/[id]/reviews/route.ts";
import * as agenciesOne from "./agencies/[id]/route.ts";
import * as agenciesOneState from "./agencies/[id]/state/route.ts";
import * as agenciesOneTemplates from "./agencies/[id]/templates/route.ts";
import * as agenciesOneWebhooks from "./agencies/[id]/webhooks/route.ts";
import * as agenciesImportPreview from "./agencies/import/preview/route.ts";
import * as agenciesImport from "./agencies/import/route.ts";
import * as agencies from "./agencies/route.ts";
import * as agreementImportsOneDecisions from "./agreement-imports/[id]/decisions/route.ts";
import * as agreementImportsOne from "./agreement-imports/[id]/route.ts";
import * as agreementImportsOneRows from "./agreement-imports/[id]/rows/route.ts";
import * as agreementImports from "./agreement-imports/route.ts";
import * as agreementsOneAmendmentDecisions from "./agreements/[id]/amendment/decisions/route.ts";
import * as agreementsOneAmendment from "./agreements/[id]/amendment/route.ts";
import * as agreementsOneConsents from "./agreements/[id]/consents/route.ts";
import * as agreementsOneDecisions from "./agreements/[id]/decisions/route.ts";
import * as agreementsOneDocumentPdf from "./agreements/[id]/document/pdf/route.ts";
import * as agreementsOneDocumentText from "./agreements/[id]/document/text/route.ts";
import * as agreementsOneEvidence from "./agreements/[id]/evidence/route.ts";
import * as agreementsOneExposure from "./agreements/[id]/exposure/route.ts";
import * as agreementsOneFirewall from "./agreements/[id]/firewall/route.ts";
import * as agreementsOneIdentity from "./agreements/[id]/identity/route.ts";
import * as agreementsOneOpinions from "./agreements/[id]/opinions/route.ts";
import * as agreementsOnePreview from "./agreements/[id]/preview/route.ts";
import * as agreementsOneQuestions from "./agreements/[id]/questions/route.ts";
import * as agreementsOne from "./agreements/[id]/route.ts";
import * as agreementsOneTimeline from "./agreements/[id]/timeline/route.ts";
import * as agreementsDecisions from "./agreements/decisions/route.ts";
import * as agreementsImportPreview from "./agreements/import/preview/route.ts";
import * as agreementsImport from "./agreements/import/route.ts";
import * as agreements from "./agreements/route.ts";
import * as applicationsOneDecision from "./applications/[id]/decision/route.ts";
import * as applications from "./applications/route.ts";
import * as approvalRulesOneDecision from "./approval-rules/[id]/decision/route.ts";
import * as approvalRulesOneDryRun from "./approval-rules/[id]/dry-run/route.ts";
import * as auditExport from "./audit/export/route.ts";
import * as audit from "./audit/route.ts";
import * as auditVerification from "./audit/verification/route.ts";
import * as calendar from "./calendar/route.ts";
import * as changesOneDecision from "./changes/[id]/decision/route.ts";
import * as changesOne from "./changes/[id]/route.ts";
import * as changes from "./changes/route.ts";
import * as diagnosesOne from "./diagnoses/[id]/route.ts";
import * as diagnoses from "./diagnoses/route.ts";
import * as emergencyReach from "./emergency/reach/route.ts";
import * as emergency from "./emergency/route.ts";
import * as emergencyStopsOneDecision from "./emergency/stops/[id]/decision/route.ts";
import * as emergencyStopsOne from "./emergency/stops/[id]/route.ts";
import * as emergencyStops from "./emergency/stops/route.ts";
import * as enforcementEnrolment from "./enforcement/enrolment/route.ts";
import * as enforcementPull from "./enforcement/pull/route.ts";
import * as enforcementReceipts from "./enforcement/receipts/route.ts";
import * as events from "./events/route.ts";
import * as federationBarredOne from "./federation/barred/[id]/route.ts";
import * as federationBarred from "./federation/barred/route.ts";
import * as federationMinimumRules from "./federation/minimum-rules/route.ts";
import * as federation from "./federation/route.ts";
import * as federationTemplates from "./federation/templates/route.ts";
import * as groupsOneDecisions from "./groups/[id]/decisions/route.ts";
import * as groupsOneMembers from "./groups/[id]/members/route.ts";
import * as groupsOne from "./groups/[id]/route.ts";
import * as groups from "./groups/route.ts";
import * as homeserversOneBridge from "./homeservers/[id]/bridge/route.ts";
import * as homeserversOneConfiguration from "./homeservers/[id]/configuration/route.ts";
import * as homeserversOneConformance from "./homeservers/[id]/conformance/route.ts";
import * as homeserversOneCredentialsOne from "./homeservers/[id]/credentials/[credential]/route.ts";
import * as homeserversOneCredentialsInsistence from "./homeservers/[id]/credentials/insistence/route.ts";
import * as homeserversOneCredentials from "./homeservers/[id]/credentials/route.ts";
import * as homeserversOneDrift from "./homeservers/[id]/drift/route.ts";
import * as homeserversOneEnforcementPoint from "./homeservers/[id]/enforcement-point/route.ts";
import * as homeserversOneEnrolmentCode from "./homeservers/[id]/enrolment-code/route.ts";
import * as homeserversOneHold from "./homeservers/[id]/hold/route.ts";
import * as homeserversOneLists from "./homeservers/[id]/lists/route.ts";
import * as homeserversOneLook from "./homeservers/[id]/look/route.ts";
import * as homeserversOneMode from "./homeservers/[id]/mode/route.ts";
import * as homeserversOneNameProof from "./homeservers/[id]/name-proof/route.ts";
import * as homeserversOneNeighbours from "./homeservers/[id]/neighbours/route.ts";
import * as homeserversOneNetworks from "./homeservers/[id]/networks/route.ts";
import * as homeserversOnePutBack from "./homeservers/[id]/put-back/route.ts";
import * as homeserversOneRelease from "./homeservers/[id]/release/route.ts";
import * as homeserversOneRollBack from "./homeservers/[id]/roll-back/route.ts";
import * as homeserversOne from "./homeservers/[id]/route.ts";
import * as homeserversOneStale from "./homeservers/[id]/stale/route.ts";
import * as homeservers from "./homeservers/route.ts";
import * as inbox from "./inbox/route.ts";
import * as invitationsOne from "./invitations/[id]/route.ts";
import * as invitationsRedemption from "./invitations/redemption/route.ts";
import * as invitations from "./invitations/route.ts";
import * as membershipsOne from "./memberships/[id]/route.ts";
import * as memberships from "./memberships/route.ts";
import * as noticesChoices from "./notices/choices/route.ts";
import * as noticesRead from "./notices/read/route.ts";
import * as notices from "./notices/route.ts";
import * as overview from "./overview/route.ts";
import * as peopleOneDisable from "./people/[id]/disable/route.ts";
import * as peopleOneEnable from "./people/[id]/enable/route.ts";
import * as peopleOneErasure from "./people/[id]/erasure/route.ts";
import * as people from "./people/route.ts";
import * as session from "./session/route.ts";
import * as setup from "./setup/route.ts";
import * as signInLinksRedemption from "./sign-in-links/redemption/route.ts";
import * as signInLinks from "./sign-in-links/route.ts";
import * as termsAcceptances from "./terms/acceptances/route.ts";
import * as terms from "./terms/route.ts";
import * as tokensOne from "./tokens/[id]/route.ts";
import * as tokens from "./tokens/route.ts";
import * as trustRequestsMany from "./trust-requests/many/route.ts";
import * as trustRequests from "./trust-requests/route.ts";
import * as upkeep from "./upkeep/route.ts";
import * as webhooksOneDeliveriesOneReplay from "./webhooks/[id]/deliveries/[delivery]/replay/route.ts";
import * as webhooksOneDeliveries from "./webhooks/[id]/deliveries/route.ts";
import * as webhooksOne from "./webhooks/[id]/route.ts";
import * as webhooksOneSecret from "./webhooks/[id]/secret/route.ts";
import * as webhooksOneTrial from "./webhooks/[id]/trial/route.ts";

/** Every route file of the API by its path: what OpenAPI describes. A test holds that none is missing. */
export const ROUTES: Routes = {
  "/agencies/{id}/homeservers": agenciesOneHomeservers,
  "/agencies/{id}": agenciesOne,
  "/agencies/{id}/leaving": agenciesOneLeaving,
  "/agencies/{id}/templates": agenciesOneTemplates,
  "/agencies/{id}/level-names": agenciesOneLevelNames,
  "/agencies/{id}/onboarding": agenciesOneOnboarding,
  "/agencies/{id}/reviews": agenciesOneReviews,
  "/agencies/{id}/state": agenciesOneState,
  "/agencies/{id}/webhooks": agenciesOneWebhooks,
  "/agencies": agencies,
  "/agencies/import/preview": agenciesImportPreview,
  "/agencies/import": agenciesImport,
  "/agreements/{id}/amendment/decisions": agreementsOneAmendmentDecisions,
  "/agreements/{id}/amendment": agreementsOneAmendment,
  "/agreements/{id}/consents": agreementsOneConsents,
  "/agreements/{id}/decisions": agreementsOneDecisions,
  "/agreements/{id}/document/pdf": agreementsOneDocumentPdf,
  "/agreements/{id}/document/text": agreementsOneDocumentText,
  "/agreements/{id}/evidence": agreementsOneEvidence,
  "/agreements/{id}/exposure": agreementsOneExposure,
  "/agreements/{id}/firewall": agreementsOneFirewall,
  "/agreements/{id}/identity": agreementsOneIdentity,
  "/agreements/{id}/opinions": agreementsOneOpinions,
  "/agreements/{id}/preview": agreementsOnePreview,
  "/agreements/{id}/questions": agreementsOneQuestions,
  "/agreements/{id}": agreementsOne,
  "/agreements/{id}/timeline": agreementsOneTimeline,
  "/agreements/decisions": agreementsDecisions,
  "/agreements": agreements,
  "/applications/{id}/decision": applicationsOneDecision,
  "/applications": applications,
  "/audit/export": auditExport,
  "/audit": audit,
  "/audit/verification": auditVerification,
  "/calendar": calendar,
  "/changes/{id}/decision": changesOneDecision,
  "/changes/{id}": changesOne,
  "/changes": changes,
  "/diagnoses/{id}": diagnosesOne,
  "/diagnoses": diagnoses,
  "/emergency": emergency,
  "/emergency/reach": emergencyReach,
  "/emergency/stops": emergencyStops,
  "/emergency/stops/{id}": emergencyStopsOne,
  "/emergency/stops/{id}/decision": emergencyStopsOneDecision,
  "/enforcement/enrolment": enforcementEnrolment,
  "/enforcement/pull": enforcementPull,
  "/enforcement/receipts": enforcementReceipts,
  "/events": events,
  "/agencies/{id}/approval-rules": agenciesOneApprovalRules,
  "/agencies/{id}/approval-rules/dry-run": agenciesOneApprovalRulesDryRun,
  "/approval-rules/{id}/decision": approvalRulesOneDecision,
  "/approval-rules/{id}/dry-run": approvalRulesOneDryRun,
  "/federation": federation,
  "/federation/templates": federationTemplates,
  "/federation/barred": federationBarred,
  "/federation/barred/{id}": federationBarredOne,
  "/federation/minimum-rules": federationMinimumRules,
  "/agreement-imports": agreementImports,
  "/agreement-imports/{id}": agreementImportsOne,
  "/agreement-imports/{id}/decisions": agreementImportsOneDecisions,
  "/agreement-imports/{id}/rows": agreementImportsOneRows,
  "/agreements/import": agreementsImport,
  "/agreements/import/preview": agreementsImportPreview,
  "/groups": groups,
  "/groups/{id}": groupsOne,
  "/groups/{id}/decisions": groupsOneDecisions,
  "/groups/{id}/members": groupsOneMembers,
  "/homeservers/{id}/conformance": homeserversOneConformance,
  "/homeservers/{id}/bridge": homeserversOneBridge,
  "/homeservers/{id}/configuration": homeserversOneConfiguration,
  "/homeservers/{id}/credentials/{credential}": homeserversOneCredentialsOne,
  "/homeservers/{id}/credentials/insistence": homeserversOneCredentialsInsistence,
  "/homeservers/{id}/credentials": homeserversOneCredentials,
  "/homeservers/{id}/enforcement-point": homeserversOneEnforcementPoint,
  "/homeservers/{id}/drift": homeserversOneDrift,
  "/homeservers/{id}/enrolment-code": homeserversOneEnrolmentCode,
  "/homeservers/{id}/hold": homeserversOneHold,
  "/homeservers/{id}/lists": homeserversOneLists,
  "/homeservers/{id}/look": homeserversOneLook,
  "/homeservers/{id}/mode": homeserversOneMode,
  "/homeservers/{id}/name-proof": homeserversOneNameProof,
  "/homeservers/{id}/neighbours": homeserversOneNeighbours,
  "/homeservers/{id}/networks": homeserversOneNetworks,
  "/homeservers/{id}/put-back": homeserversOnePutBack,
  "/homeservers/{id}/release": homeserversOneRelease,
  "/homeservers/{id}/roll-back": homeserversOneRollBack,
  "/homeservers/{id}/stale": homeserversOneStale,
  "/homeservers/{id}": homeserversOne,
  "/homeservers": homeservers,
  "/inbox": inbox,
  "/invitations/{id}": invitationsOne,
  "/invitations/redemption": invitationsRedemption,
  "/invitations": invitations,
  "/memberships/{id}": membershipsOne,
  "/memberships": memberships,
  "/notices/choices": noticesChoices,
  "/notices/read": noticesRead,
  "/notices": notices,
  "/overview": overview,
  "/people/{id}/disable": peopleOneDisable,
  "/people/{id}/enable": peopleOneEnable,
  "/people/{id}/erasure": peopleOneErasure,
  "/people": people,
  "/session": session,
  "/setup": setup,
  "/sign-in-links/redemption": signInLinksRedemption,
  "/sign-in-links": signInLinks,
  "/terms/acceptances": termsAcceptances,
  "/terms": terms,
  "/tokens/{id}": tokensOne,
  "/tokens": tokens,
  "/trust-requests/many": trustRequestsMany,
  "/trust-requests": trustRequests,
  "/upkeep": upkeep,
  "/webhooks/{id}/deliveries/{delivery}/replay": webhooksOneDeliveriesOneReplay,
  "/webhooks/{id}/deliveries": webhooksOneDeliveries,
  "/webhooks/{id}/secret": webhooksOneSecret,
  "/webhooks/{id}/trial": webhooksOneTrial,
  "/webhooks/{id}": webhooksOne,
  // This file is read by the route itself, so the document names it by hand.
  "/openapi.json": { GET: true },
};
