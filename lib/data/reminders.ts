import { type AgencyId, type AgreementId, type HomeserverId, idOf } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import type { Tx } from "./client.ts";

export type Ending = {
  readonly agreement: AgreementId;
  readonly end: Instant;
  readonly digest: string;
  readonly agencies: readonly AgencyId[];
};

type Row = { readonly id: string; readonly end: bigint; readonly digest: string; readonly agencies: string[] };

/** Agreements that were agreed and whose latest terms end between two instants, after that id, by id. */
export const endingBetween = async (
  tx: Tx,
  { from, until }: { readonly from: Instant; readonly until: Instant },
  after: string,
  limit: number,
): Promise<readonly Ending[]> => {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT a.id::text, v.ending AS end, v.digest,
      ARRAY(SELECT p.agency_id::text FROM agreement_party p WHERE p.agreement_id = a.id ORDER BY 1) AS agencies
    FROM agreement a CROSS JOIN LATERAL (
      SELECT digest, (terms::jsonb->>'end')::bigint AS ending FROM agreement_version
      WHERE agreement_id = a.id ORDER BY number DESC LIMIT 1
    ) v
    WHERE a.stage = 'agreed' AND a.id > ${after}::uuid AND v.ending BETWEEN ${from}::bigint AND ${until}::bigint
    ORDER BY a.id LIMIT ${limit}::int`;
  return rows.map(({ id, end, digest, agencies }) => ({
    agreement: idOf("agr", id),
    end: instant(Number(end)),
    digest,
    agencies: agencies.map((agency) => idOf("agy", agency)),
  }));
};

/** Agreements for which somebody's word is awaited: requests, offers, and those held since an identity changed. */
export const awaitingAfter = async (tx: Tx, after: string, limit: number): Promise<readonly AgreementId[]> => {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT a.id::text FROM agreement a
    WHERE a.id > ${after}::uuid AND (a.stage IN ('requested', 'offered')
      OR (a.stage = 'agreed' AND EXISTS (SELECT FROM decision d WHERE d.agreement_id = a.id AND d.kind = 'hold')))
    ORDER BY a.id LIMIT ${limit}::int`;
  return rows.map(({ id }) => idOf("agr", id));
};

/** The ends of agreed agreements of those agencies, soonest first: one row an agreement, for the first of the agencies. */
export const endsOf = async (
  tx: Tx,
  agencies: readonly AgencyId[],
  { from, until }: { readonly from: Instant; readonly until: Instant },
  limit: number,
): Promise<readonly { readonly agreement: AgreementId; readonly end: Instant; readonly agency: AgencyId }[]> => {
  const rows = await tx.$queryRaw<{ id: string; end: bigint; agency: string }[]>`
    SELECT a.id::text, v.ending AS end, p.agency::text
    FROM (SELECT agreement_id, min(agency_id::text) AS agency FROM agreement_party
          WHERE agency_id = ANY (${[...agencies]}::uuid[]) GROUP BY agreement_id) p
    JOIN agreement a ON a.id = p.agreement_id AND a.stage = 'agreed'
    CROSS JOIN LATERAL (
      SELECT (terms::jsonb->>'end')::bigint AS ending FROM agreement_version
      WHERE agreement_id = a.id ORDER BY number DESC LIMIT 1
    ) v
    WHERE v.ending BETWEEN ${from}::bigint AND ${until}::bigint
    ORDER BY v.ending, a.id LIMIT ${limit}::int`;
  return rows.map(({ id, end, agency }) => ({
    agreement: idOf("agr", id),
    end: instant(Number(end)),
    agency: idOf("agy", agency),
  }));
};

/** A certificate that was last seen to end, with the agencies that its server serves. */
export type CertificateEnding = {
  readonly homeserver: HomeserverId;
  readonly until: Instant;
  readonly agencies: readonly AgencyId[];
};

/** Servers whose certificate was last seen to end between two instants, after that id, by id. */
export const certificatesEnding = async (
  tx: Tx,
  { from, until }: { readonly from: Instant; readonly until: Instant },
  after: string,
  limit: number,
): Promise<readonly CertificateEnding[]> => {
  const rows = await tx.nameProof.findMany({
    where: { homeserverId: { gt: after }, certificateUntil: { gte: BigInt(from), lte: BigInt(until) } },
    select: { homeserverId: true, certificateUntil: true, homeserver: { select: { agencies: true } } },
    orderBy: { homeserverId: "asc" },
    take: limit,
  });
  return rows.map(({ homeserverId, certificateUntil, homeserver }) => ({
    homeserver: idOf("hs", homeserverId),
    until: instant(Number(certificateUntil)),
    agencies: homeserver.agencies.map(({ agencyId }) => idOf("agy", agencyId)),
  }));
};

/** A consent that an agency signed of an agreement that stands, and that ends. */
export type ConsentEnding = {
  readonly id: string;
  readonly agreement: AgreementId;
  readonly agency: AgencyId;
  readonly until: Instant;
};

/** The newest signed consent of each agency to each agreement that stands, ending between two instants, after that id. */
export const consentsEnding = async (
  tx: Tx,
  { from, until }: { readonly from: Instant; readonly until: Instant },
  after: string,
  limit: number,
): Promise<readonly ConsentEnding[]> => {
  const rows = await tx.$queryRaw<{ id: string; agreement: string; agency: string; until: bigint }[]>`
    SELECT c.id::text, c.agreement_id::text AS agreement, c.agency_id::text AS agency, c.until_at AS until
    FROM agency_consent c JOIN agreement a ON a.id = c.agreement_id AND a.stage = 'agreed'
    WHERE c.id > ${after}::uuid AND c.until_at BETWEEN ${from}::bigint AND ${until}::bigint
      AND NOT EXISTS (SELECT FROM agency_consent n WHERE n.agreement_id = c.agreement_id
        AND n.agency_id = c.agency_id AND n.until_at > c.until_at)
    ORDER BY c.id LIMIT ${limit}::int`;
  return rows.map(({ id, agreement, agency, until: ends }) => ({
    id,
    agreement: idOf("agr", agreement),
    agency: idOf("agy", agency),
    until: instant(Number(ends)),
  }));
};
