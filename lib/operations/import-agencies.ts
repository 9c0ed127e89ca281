import type {
  AgencyFilePreview,
  FileAgency,
  ImportAgencies,
  ImportedAgencies,
  PreviewAgencyFile,
} from "#lib/contracts/agency-file.ts";
import { appendAudit } from "#lib/data/audit.ts";
import { addAgencies, addInvitations } from "#lib/data/import-agencies.ts";
import { notifyEvent, wakeReconciler } from "#lib/data/jobs.ts";
import { lockName } from "#lib/data/rules.ts";
import { federationFacts, openSignIn } from "#lib/data/sign-in.ts";
import { inTransaction, refuse, type Tx } from "#lib/data/transaction.ts";
import { type Actor, isCoordinator } from "#lib/domain/access.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type AgencyId, idOf, toPublicId } from "#lib/domain/ids.ts";
import { DAY, type Instant, later } from "#lib/domain/instant.ts";
import { ok, type Result } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { settings } from "#lib/platform/env.ts";
import { newId, newSecret } from "#lib/platform/ids.ts";
import { sendMail } from "#lib/platform/mail.ts";
import { hashSecret } from "#lib/platform/secrets.ts";
import { contentOf, invitationsIn, previewOf, readAgencyFile } from "./agency-file.ts";
import { INVITATION_DAYS } from "./invitations.ts";
import { invitationMail } from "./mail-texts.ts";

const SUBJECT = "directory";
/** Mails are sent while the request waits, so many at once; a larger file's links go by the sender's own means. */
const MAILED_AT_MOST = 200;
const AT_ONCE = 10;

/** Reads a file of agencies and says every fault of every row at once; changes nothing. A coordinator's act. */
export const previewAgencyFile = (
  actor: Actor,
  { csv }: PreviewAgencyFile,
): Promise<Result<AgencyFilePreview, Refusal>> =>
  inTransaction(actor, async (tx) => {
    if (!isCoordinator(actor)) return refuse(tx, actor, refusal("not_permitted"), SUBJECT);
    return ok(previewOf(await readAgencyFile(tx, csv)));
  });

type Placed = { readonly id: AgencyId; readonly agency: FileAgency };
type Invited = { readonly agency: string; readonly role: "administrator" | "approver"; readonly email: string } & {
  readonly secret: string;
};
type Brought = { readonly view: Omit<ImportedAgencies, "invitations">; readonly invited: readonly Invited[] };

const write = async (tx: Tx, actor: Actor, placed: readonly Placed[], now: Instant): Promise<void> => {
  const rows = placed.map(({ id, agency: { name, server, ...rest } }) => ({
    id,
    nameSv: name.sv,
    nameEn: name.en,
    server: server === undefined ? undefined : { id: idOf("hs", newId()), ...server },
    ...rest,
  }));
  await addAgencies(tx, rows, now);
  const servers = rows.flatMap(({ server }) => (server === undefined ? [] : [server.id]));
  await wakeReconciler(tx, servers, actor.traceId);
};

const invite = async (tx: Tx, actor: Actor, placed: readonly Placed[], now: Instant): Promise<readonly Invited[]> => {
  const invited = placed.flatMap(({ id, agency }) =>
    invitationsIn(agency).map((one) => ({ ...one, id, agency: agency.name.sv, secret: newSecret() })),
  );
  if (invited.length === 0) return [];
  await openSignIn(tx);
  await addInvitations(
    tx,
    invited.map(({ id, role, email, secret }) => ({
      id: idOf("inv", newId()),
      tokenHash: hashSecret(secret),
      role,
      agency: id,
      operator: undefined,
      email,
      createdBy: actor.person,
      createdAt: now,
      expiresAt: later(now, INVITATION_DAYS * DAY),
    })),
  );
  return invited;
};

const bringIn = (actor: Actor, { csv, digest }: ImportAgencies): Promise<Result<Brought, Refusal>> =>
  inTransaction(actor, async (tx) => {
    const say = (why: Refusal) => refuse(tx, actor, why, SUBJECT);
    if (!isCoordinator(actor)) return say(refusal("not_permitted"));
    // Two who bring in the same file at once: the second is told of every duplicate.
    await lockName(tx, "agencies.import");
    const file = await readAgencyFile(tx, csv);
    if (file.digest !== digest) return say(refusal("file_changed"));
    const { agencies, servers, invitations, faults } = contentOf(file);
    if (faults > 0) return say(refusal("file_faulty", { params: { count: faults } }));
    if (invitations > 0 && actor.credential.kind === "token") return say(refusal("token_invites_nobody"));
    const placed = agencies.map((agency) => ({ id: idOf("agy", newId()), agency }));
    const [first] = placed;
    if (first === undefined) return say(refusal("value_missing"));
    const now = systemClock.now();
    await write(tx, actor, placed, now);
    const invited = await invite(tx, actor, placed, now);
    const agencyIds = placed.map(({ id }) => id);
    const details = { digest, agencies: agencyIds.length, servers, invitations };
    await appendAudit(tx, { kind: "directory.imported", subject: SUBJECT, agencyIds, details });
    await notifyEvent(tx, { topic: "agency", id: toPublicId("agy", first.id), version: 1 });
    const names = placed.map(({ id, agency }) => ({ id: toPublicId("agy", id), name: agency.name.sv }));
    return ok({ view: { agencies: names, servers }, invited });
  });

const mail = async (invited: readonly Invited[], federation: string): Promise<ImportedAgencies["invitations"]> => {
  const answered: ImportedAgencies["invitations"] = [];
  const mailing = invited.length <= MAILED_AT_MOST;
  for (let from = 0; from < invited.length; from += AT_ONCE) {
    const sent = invited.slice(from, from + AT_ONCE).map(async ({ secret, ...one }) => {
      const url = `${settings().baseUrl}/invitation#${secret}`;
      const letter = { to: one.email, ...invitationMail(federation, url, INVITATION_DAYS) };
      return { ...one, url, mailed: mailing && (await sendMail(settings(), letter)).ok };
    });
    answered.push(...(await Promise.all(sent)));
  }
  return answered;
};

/**
 * Brings in every agency of a file that was shown (bound to it by `digest`), with its server and the invitations of its
 * first people: all of it in one transaction, or nothing. A coordinator's act; an API token brings in agencies, not people.
 */
export const importAgencies = async (
  actor: Actor,
  wish: ImportAgencies,
): Promise<Result<ImportedAgencies, Refusal>> => {
  const brought = await bringIn(actor, wish);
  if (!brought.ok) return brought;
  const { view, invited } = brought.value;
  const facts = await inTransaction(actor, async (tx) => ok(await federationFacts(tx)));
  const federation = facts.ok ? (facts.value?.name ?? "") : "";
  const invitations = (await mail(invited, federation)).map(({ agency, role, email, url, mailed }) => ({
    agency,
    role,
    email,
    url,
    mailed,
  }));
  return ok({ ...view, invitations });
};
