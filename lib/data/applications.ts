import { APPLICATION_STATES, type ApplicationState, type Sent } from "#lib/domain/application.ts";
import { MEMBER_CLASSES, type MemberClass, PLATFORMS, type Platform } from "#lib/domain/directory.ts";
import { IDENTIFIER_SCHEMES, type Identifier, parseIdentifier } from "#lib/domain/identifier.ts";
import { type AgencyId, type ApplicationId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Prisma } from "./generated/client.ts";
import { type AgencyRow, agencyRow } from "./people.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type NewApplication = {
  readonly id: ApplicationId;
  readonly name: string;
  readonly identifier: Identifier;
  readonly memberClass: MemberClass;
  readonly country: string;
  readonly platform: Platform;
  readonly serverNames: readonly ServerName[];
  readonly contact: { readonly name: string; readonly email: string; readonly phone: string | null };
  readonly message: string | null;
  readonly at: Instant;
};
export type ApplicationRecord = NewApplication & {
  readonly state: ApplicationState;
  readonly decidedBy: PersonId | undefined;
  readonly decidedAt: Instant | undefined;
  readonly reason: string | undefined;
  readonly agency: AgencyRow | undefined;
};

const INCLUDE = { agency: true } as const satisfies Prisma.ApplicationInclude;
type Row = Prisma.ApplicationGetPayload<{ include: typeof INCLUDE }>;

const identifierOf = (scheme: string, value: string): Identifier => {
  const identifier = parseIdentifier(oneOf(IDENTIFIER_SCHEMES, scheme), value);
  if (!identifier.ok) throw new Error("a stored identifier is none");
  return identifier.value;
};

const recordOf = (row: Row): ApplicationRecord => ({
  id: idOf("apl", row.id),
  name: row.name,
  identifier: identifierOf(row.scheme, row.identifier),
  memberClass: oneOf(MEMBER_CLASSES, row.memberClass),
  country: row.country,
  platform: oneOf(PLATFORMS, row.platform),
  serverNames: row.serverNames.flatMap((text) => {
    const name = parseServerName(text);
    return name.ok ? [name.value] : [];
  }),
  contact: { name: row.contactName, email: row.contactEmail, phone: row.contactPhone },
  message: row.message,
  at: instant(Number(row.at)),
  state: oneOf(APPLICATION_STATES, row.state),
  decidedBy: row.decidedBy === null ? undefined : idOf("per", row.decidedBy),
  decidedAt: row.decidedAt === null ? undefined : instant(Number(row.decidedAt)),
  reason: row.reason ?? undefined,
  agency: row.agency === null ? undefined : agencyRow(row.agency),
});

/** How many applications there are since an instant and waiting; only before sign-in. */
export const applicationsSent = async (tx: Tx, since: Instant, { scheme, value }: Identifier): Promise<Sent> => {
  const [row] = await tx.$queryRaw<{ recent: bigint; open: bigint; theirs: bigint }[]>`
    select * from app_applications(${BigInt(since)}, ${scheme}, ${value})`;
  return { recent: Number(row?.recent ?? 0), open: Number(row?.open ?? 0), theirs: Number(row?.theirs ?? 0) };
};

/** Keeps an application. Its writer may not read it, so nothing is asked back. */
export const addApplication = async (tx: Tx, application: NewApplication): Promise<void> => {
  const { identifier, serverNames, contact, at, ...row } = application;
  await tx.application.createMany({
    data: {
      ...row,
      scheme: identifier.scheme,
      identifier: identifier.value,
      serverNames: [...serverNames],
      contactName: contact.name,
      contactEmail: contact.email,
      contactPhone: contact.phone,
      state: "open",
      at: BigInt(at),
    },
  });
};

export const getApplication = async (tx: Tx, id: ApplicationId): Promise<ApplicationRecord | undefined> => {
  const row = await tx.application.findUnique({ where: { id }, include: INCLUDE });
  return row === null ? undefined : recordOf(row);
};

/** Applications in a state, the oldest first. */
export const listApplications = async (
  tx: Tx,
  state: ApplicationState,
  limit: number,
): Promise<readonly ApplicationRecord[]> => {
  const rows = await tx.application.findMany({
    where: { state },
    include: INCLUDE,
    orderBy: [{ at: "asc" }, { id: "asc" }],
    take: limit,
  });
  return rows.map(recordOf);
};

type Decided = {
  readonly state: Exclude<ApplicationState, "open">;
  readonly by: PersonId;
  readonly at: Instant;
  readonly reason: string | null;
  readonly agency: AgencyId | null;
};

/** Decides an application that is open; of any number at once exactly one is told true. */
export const decideApplicationRow = async (
  tx: Tx,
  id: ApplicationId,
  { state, by, at, reason, agency }: Decided,
): Promise<boolean> =>
  (
    await tx.application.updateMany({
      where: { id, state: "open" },
      data: { state, decidedBy: by, decidedAt: BigInt(at), reason, agencyId: agency },
    })
  ).count === 1;
