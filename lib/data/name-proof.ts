import { type AgencyId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { PROOF_PLACES, PROOF_STATES, type Proof, type ProofPlace, type ProofState } from "#lib/domain/name-proof.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Prisma } from "./generated/client.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type NameProof = Proof & {
  readonly homeserver: HomeserverId;
  readonly name: ServerName;
  readonly agencies: readonly AgencyId[];
  readonly override: { readonly host: string; readonly port: number; readonly ca?: string } | undefined;
  readonly token: string;
  readonly found: ProofPlace | undefined;
  readonly code: string | undefined;
  readonly since: Instant;
  readonly checkedAt: Instant | undefined;
  readonly askedAt: Instant | undefined;
};

const INCLUDE = {
  homeserver: {
    select: {
      serverName: true,
      overrideHost: true,
      overridePort: true,
      overrideCa: true,
      agencies: { select: { agencyId: true } },
    },
  },
} as const satisfies Prisma.NameProofInclude;
type Row = Prisma.NameProofGetPayload<{ include: typeof INCLUDE }>;

const at = (value: bigint | null): Instant | undefined => (value === null ? undefined : instant(Number(value)));

const proofOf = (row: Row): NameProof => {
  const { homeserver } = row;
  const name = parseServerName(homeserver.serverName);
  if (!name.ok) throw new Error(`a stored server name is none: ${homeserver.serverName}`);
  const { overrideHost: host, overridePort: port, overrideCa: ca } = homeserver;
  return {
    homeserver: idOf("hs", row.homeserverId),
    name: name.value,
    agencies: homeserver.agencies.map(({ agencyId }) => idOf("agy", agencyId)),
    override: host === null || port === null ? undefined : { host, port, ...(ca === null ? {} : { ca }) },
    token: row.token,
    state: oneOf(PROOF_STATES, row.state),
    found: row.found === null ? undefined : oneOf(PROOF_PLACES, row.found),
    code: row.code ?? undefined,
    since: instant(Number(row.since)),
    checkedAt: at(row.checkedAt),
    provenAt: at(row.provenAt),
    failingSince: at(row.failingSince),
    askedAt: at(row.askedAt),
  };
};

/** The proof of one server's name, for whom it may be read. */
export const getNameProof = async (tx: Tx, homeserver: HomeserverId): Promise<NameProof | undefined> => {
  const row = await tx.nameProof.findUnique({ where: { homeserverId: homeserver }, include: INCLUDE });
  return row === null ? undefined : proofOf(row);
};

/** How the names of these servers stand, as far as the reader may see it. */
export const proofStates = async (
  tx: Tx,
  servers: readonly HomeserverId[],
): Promise<ReadonlyMap<HomeserverId, ProofState>> => {
  const rows = await tx.nameProof.findMany({
    where: { homeserverId: { in: [...servers] } },
    select: { homeserverId: true, state: true },
  });
  return new Map(rows.map(({ homeserverId, state }) => [idOf("hs", homeserverId), oneOf(PROOF_STATES, state)]));
};

/** Proofs whose time has come, or that a person asked for since they were looked at; the longest waiting first. */
export const dueNameProofs = async (tx: Tx, now: Instant, limit: number): Promise<readonly NameProof[]> => {
  const rows = await tx.nameProof.findMany({
    where: { OR: [{ nextAt: { lte: BigInt(now) } }, { askedAt: { gt: tx.nameProof.fields.checkedAt } }] },
    include: INCLUDE,
    orderBy: [{ nextAt: "asc" }, { homeserverId: "asc" }],
    take: limit,
  });
  return rows.map(proofOf);
};

type Looked = Proof & {
  readonly found: ProofPlace | undefined;
  readonly code: string | undefined;
  readonly checkedAt: Instant;
  readonly nextAt: Instant;
  /** What was known stands where no certificate was seen. */
  readonly certificate:
    | { readonly until: number; readonly countries: { readonly subject?: string; readonly issuer?: string } }
    | undefined;
};

/** Keeps what a look came to; nothing where the token is no longer the one that was looked for, or the name changed. */
export const writeNameProof = async (
  tx: Tx,
  { homeserver, token, name }: Pick<NameProof, "homeserver" | "token" | "name">,
  looked: Looked,
): Promise<boolean> => {
  const { state, found, code, checkedAt, nextAt, provenAt, failingSince, certificate } = looked;
  const { count } = await tx.nameProof.updateMany({
    where: { homeserverId: homeserver, token, homeserver: { is: { serverName: name } } },
    data: {
      state,
      found: found ?? null,
      code: code ?? null,
      checkedAt: BigInt(checkedAt),
      nextAt: BigInt(nextAt),
      ...(certificate === undefined
        ? {}
        : {
            certificateUntil: BigInt(certificate.until),
            subjectCountry: certificate.countries.subject ?? null,
            issuerCountry: certificate.countries.issuer ?? null,
          }),
      provenAt: provenAt === undefined ? null : BigInt(provenAt),
      failingSince: failingSince === undefined ? null : BigInt(failingSince),
    },
  });
  return count === 1;
};

export type CertificateCountries = { readonly subject: string | undefined; readonly issuer: string | undefined };

/** What the certificate under a server's name says of countries, as far as the reader may know it. */
export const certificateCountries = async (tx: Tx, id: HomeserverId): Promise<CertificateCountries> => {
  const row = await tx.nameProof.findUnique({
    where: { homeserverId: id },
    select: { subjectCountry: true, issuerCountry: true },
  });
  return { subject: row?.subjectCountry ?? undefined, issuer: row?.issuerCountry ?? undefined };
};

/** Asks the worker to look now. */
export const askForProof = async (tx: Tx, homeserver: HomeserverId, now: Instant): Promise<boolean> =>
  (await tx.nameProof.updateMany({ where: { homeserverId: homeserver }, data: { askedAt: BigInt(now) } })).count === 1;
