import type {
  ApplicationList,
  ApplicationQuery,
  ApplicationView,
  DecideApplication,
  DecidedApplication,
} from "#lib/contracts/applications.ts";
import {
  type ApplicationRecord,
  decideApplicationRow,
  getApplication,
  listApplications as readRows,
} from "#lib/data/applications.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addAgency } from "#lib/data/directory.ts";
import { addHomeserver } from "#lib/data/homeservers.ts";
import { heldIdentifiers, heldServerNames } from "#lib/data/import-agencies.ts";
import { addInvitation } from "#lib/data/invitations.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { namesOf } from "#lib/data/people.ts";
import { lockName } from "#lib/data/rules.ts";
import { federationFacts, openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import type { ApplicationFinding } from "#lib/domain/application.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { identifierKey, showIdentifier } from "#lib/domain/identifier.ts";
import { type AgencyId, type ApplicationId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, later } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { sendMail } from "#lib/platform/mail.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { barredRefusal } from "./federation-refusals.ts";
import { INVITATION_DAYS } from "./invitations.ts";
import { applicationRefusedMail, invitationMail } from "./mail-texts.ts";
import { agencyRef, personRef } from "./people-views.ts";

const LIST = "applications";
const MANY = 200;

const findingsOf = async (
  tx: Tx,
  rows: readonly ApplicationRecord[],
): Promise<(row: ApplicationRecord) => ApplicationFinding[]> => {
  const open = rows.filter(({ state }) => state === "open");
  const identifiers = await heldIdentifiers(
    tx,
    open.map(({ identifier }) => identifier),
  );
  const names = await heldServerNames(
    tx,
    open.flatMap(({ serverNames }) => serverNames),
  );
  return ({ state, identifier, serverNames }) => {
    if (state !== "open") return [];
    const taken: [ApplicationFinding, boolean][] = [
      ["duplicate_identifier", identifiers.has(identifierKey(identifier))],
      ["duplicate_server_name", serverNames.some((name) => names.has(name))],
    ];
    return taken.flatMap(([finding, holds]) => (holds ? [finding] : []));
  };
};

const viewsOf = async (tx: Tx, rows: readonly ApplicationRecord[]): Promise<ApplicationView[]> => {
  const findings = await findingsOf(tx, rows);
  const names = await namesOf(
    tx,
    rows.flatMap(({ decidedBy }) => (decidedBy === undefined ? [] : [decidedBy])),
  );
  return rows.map((row) => ({
    id: toPublicId("apl", row.id),
    name: row.name,
    scheme: row.identifier.scheme,
    identifier: showIdentifier(row.identifier),
    memberClass: row.memberClass,
    country: row.country,
    platform: row.platform,
    serverNames: [...row.serverNames],
    contact: row.contact,
    message: row.message,
    state: row.state,
    at: row.at,
    decidedBy: row.decidedBy === undefined ? null : personRef(row.decidedBy, names),
    decidedAt: row.decidedAt ?? null,
    reason: row.reason ?? null,
    agency: row.agency === undefined ? null : agencyRef(row.agency),
    findings: findings(row),
  }));
};

/** The organisations that ask to join. For coordinators. */
export const listApplications = (
  actor: Actor,
  { state }: ApplicationQuery,
): Promise<Result<ApplicationList, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!isCoordinator(actor)) return refuse(tx, actor, refusal("not_permitted"), LIST);
    return ok({ items: await viewsOf(tx, await readRows(tx, state, MANY)) });
  });

const makeAgency = async (tx: Tx, row: ApplicationRecord, now: Instant): Promise<AgencyId> => {
  const id = idOf("agy", newId());
  const { name, identifier, memberClass, country, contact } = row;
  await addAgency(tx, {
    id,
    nameSv: name,
    nameEn: name,
    scheme: identifier.scheme,
    identifier: identifier.value,
    memberClass,
    country,
    state: "invited",
    approversRequired: 1,
    version: 1,
    createdAt: now,
    contacts: [{ kind: "technical", ...contact }],
    homeservers: [],
  });
  return id;
};

const makeServers = async (tx: Tx, actor: Actor, row: ApplicationRecord, agency: AgencyId, now: Instant) => {
  const ids = row.serverNames.map(() => idOf("hs", newId()));
  for (const [at, serverName] of row.serverNames.entries()) {
    const id = ids[at];
    if (id === undefined) continue;
    const plain = { country: null, operator: undefined, managementUrl: null, override: null };
    await addHomeserver(tx, { id, serverName, platform: row.platform, ...plain, agencies: [agency], createdAt: now });
  }
  await wakeReconciler(tx, ids, actor.traceId);
};

const invite = async (tx: Tx, actor: Actor, row: ApplicationRecord, agency: AgencyId, now: Instant) => {
  const secret = newSecret();
  await openSignIn(tx);
  await addInvitation(tx, {
    id: idOf("inv", newId()),
    tokenHash: hashSecret(secret),
    role: "administrator",
    agency,
    operator: undefined,
    email: row.contact.email,
    createdBy: actor.person,
    createdAt: now,
    expiresAt: later(now, INVITATION_DAYS * DAY),
  });
  return `${settings().baseUrl}/invitation#${secret}`;
};

type Decided = {
  readonly view: ApplicationView;
  readonly url: string | undefined;
  readonly federation: string;
};

const decided = async (tx: Tx, id: ApplicationId, url: string | undefined): Promise<Result<Decided, Refusal>> => {
  const row = await getApplication(tx, id);
  const [view] = row === undefined ? [] : await viewsOf(tx, [row]);
  const federation = await federationFacts(tx);
  return view === undefined ? err(refusal("not_found")) : ok({ view, url, federation: federation?.name ?? "Tillit" });
};

const decide = (
  actor: Actor,
  wish: DecideApplication & { readonly id: ApplicationId },
): Promise<Result<Decided, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const { id } = wish;
    const subject = toPublicId("apl", id);
    const say = (why: Refusal) => refuse(tx, actor, why, subject);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    if (actor.credential.kind === "token") return say(refusal("tokens_never_decide"));
    await lockName(tx, LIST);
    const row = await getApplication(tx, id);
    if (row === undefined) return err(refusal("not_found"));
    if (row.state !== "open") return say(refusal("application_decided"));
    const now = systemClock.now();
    const base = { by: actor.person, at: now };
    if (wish.decision === "refuse") {
      await decideApplicationRow(tx, id, { state: "refused", ...base, reason: wish.reason, agency: null });
      const details = { reason: wish.reason, identifier: identifierKey(row.identifier) };
      await appendAudit(tx, { kind: "application.refused", subject, agencyIds: [], details });
      return decided(tx, id, undefined);
    }
    const [finding] = (await findingsOf(tx, [row]))(row);
    if (finding === "duplicate_identifier")
      return say(refusal(finding, { params: { identifier: showIdentifier(row.identifier) } }));
    if (finding !== undefined) return say(refusal(finding, { params: { server: row.serverNames.join(", ") } }));
    const barred = await barredRefusal(tx, { identifiers: [identifierKey(row.identifier)], names: row.serverNames });
    if (barred !== undefined) return say(barred);
    const agency = await makeAgency(tx, row, now);
    await makeServers(tx, actor, row, agency, now);
    await decideApplicationRow(tx, id, { state: "approved", ...base, reason: null, agency });
    const details = { identifier: identifierKey(row.identifier), servers: [...row.serverNames] };
    await appendAudit(tx, { kind: "application.approved", subject, agencyIds: [agency], details });
    await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", agency), version: 1 });
    return decided(tx, id, await invite(tx, actor, row, agency, now));
  });

/**
 * A coordinator approves an application, which makes the agency with its servers and invites its contact, or refuses it
 * with a reason. Either is mailed to the contact where there is a mail server.
 */
export const decideApplication = async (
  actor: Actor,
  wish: DecideApplication & { readonly id: ApplicationId },
): Promise<Result<DecidedApplication, Refusal>> => {
  const made = await decide(actor, wish);
  if (!made.ok) return made;
  const { view, url, federation } = made.value;
  const mail =
    url === undefined
      ? applicationRefusedMail(federation, view.reason ?? "")
      : invitationMail(federation, url, INVITATION_DAYS);
  const mailed = (await sendMail(settings(), { to: view.contact.email, ...mail })).ok;
  return ok({ application: view, invitation: url === undefined ? null : { url, mailed } });
};
