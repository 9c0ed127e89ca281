import { z } from "zod";
import { agenciesOf, isCoordinator } from "#lib/domain/access.ts";
import {
  type AgencyId,
  type AgreementId,
  type ApprovalRuleId,
  type HomeserverId,
  idOf,
  type PersonId,
} from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import {
  type AgreementFacts,
  type AgreementState,
  type Basis,
  type Decision,
  type DecisionKind,
  foldDecisions,
  MOVES,
  type Move,
  type NamedServer,
  type Party,
  SIDES,
  type Side,
  STAGES,
  type Stage,
  type Terms,
} from "#lib/domain/trust.ts";
import { newId } from "#lib/platform/ids.ts";
import type { Prisma } from "./generated/client.ts";
import { knowledgeOf, readerOf } from "./reader.ts";
import { StoredContent } from "./terms-content.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

export type TermsRecord = {
  readonly number: number;
  readonly digest: string;
  readonly terms: Terms;
  /** The terms that these replaced. */
  readonly former: Terms | undefined;
  readonly servers: readonly (NamedServer & { readonly side: Side })[];
};

/** An agreement as the reader may see it: `latest` and the decisions are there for its parties only. */
export type AgreementRecord = {
  readonly id: AgreementId;
  readonly version: number;
  /** As cached for filtering; equal to the fold wherever the decisions can be read. */
  readonly stage: Stage;
  readonly createdAt: Instant;
  readonly parties: readonly Party[];
  readonly latest: TermsRecord | undefined;
  readonly decisions: readonly Decision[];
};

const serverName = z.string().transform((text, ctx): ServerName => {
  const name = parseServerName(text);
  if (name.ok) return name.value;
  ctx.addIssue({ code: "custom", message: "not a server name" });
  return z.NEVER;
});
const sides = <T extends z.ZodType>(form: T) => z.object({ home: form, partner: form });
const at = z.int().transform(instant);
const Document = z.object({
  purpose: z.string(),
  legal_basis: z.string().optional(),
  parties: sides(z.array(z.string())),
  servers: sides(z.array(serverName)),
  start: at.optional(),
  end: at.optional(),
  content: StoredContent.optional(),
  basis: z.object({ group: z.string(), digest: z.string(), silent: z.enum(SIDES).optional() }).optional(),
});

const basisOf = ({ silent, ...basis }: NonNullable<z.output<typeof Document>["basis"]>): Basis =>
  silent === undefined ? basis : { ...basis, silent };

/** Reads stored terms. Throws where they have a form this program does not know. */
export const termsOf = (text: string): Terms => {
  const {
    purpose,
    legal_basis: legalBasis,
    parties,
    servers,
    start,
    end,
    content,
    basis,
  } = Document.parse(JSON.parse(text));
  return {
    purpose,
    parties,
    servers,
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(content === undefined ? {} : { content }),
    ...(basis === undefined ? {} : { basis: basisOf(basis) }),
  };
};

const INCLUDE = {
  parties: { orderBy: { agencyId: "asc" } },
  versions: { orderBy: { number: "desc" }, take: 2 },
  servers: { include: { homeserver: { select: { serverName: true } } }, orderBy: { homeserverId: "asc" } },
  decisions: { orderBy: [{ at: "asc" }, { id: "asc" }] },
} as const satisfies Prisma.AgreementInclude;
type Row = Prisma.AgreementGetPayload<{ include: typeof INCLUDE }>;

const decisionOf = (row: Row["decisions"][number]): Decision => ({
  id: idOf("dec", row.id),
  kind: oneOf([...MOVES, "request", "hold", "amend", "leave", "part"] as const, row.kind),
  side: oneOf(SIDES, row.side),
  agency: idOf("agy", row.agencyId),
  version: row.number,
  digest: row.digest,
  at: instant(Number(row.at)),
  ...(row.personId === null ? {} : { person: idOf("per", row.personId) }),
  ...(row.diarienummer === null ? {} : { diarienummer: row.diarienummer }),
  ...(row.reason === null ? {} : { reason: row.reason }),
  ...(row.acr === null ? {} : { acr: row.acr }),
  ...(row.ruleNumber === null || row.ruleOwner === null
    ? {}
    : { rule: { number: row.ruleNumber, owner: idOf("per", row.ruleOwner) } }),
});

const latestOf = ({ versions, servers }: Row): TermsRecord | undefined => {
  const [latest, former] = versions;
  if (latest === undefined) return undefined;
  const terms = termsOf(latest.terms);
  const named = servers
    .filter(({ number }) => number === latest.number)
    .map(({ homeserverId, side, homeserver }) => ({
      id: idOf("hs", homeserverId),
      name: serverName.parse(homeserver.serverName),
      side: oneOf(SIDES, side),
    }));
  return {
    number: latest.number,
    digest: latest.digest,
    terms,
    former: former === undefined ? undefined : termsOf(former.terms),
    servers: named,
  };
};

const recordOf = (row: Row): AgreementRecord => ({
  id: idOf("agr", row.id),
  version: row.version,
  stage: oneOf(STAGES, row.stage),
  createdAt: instant(Number(row.createdAt)),
  parties: row.parties.map(({ agencyId, side, approversRequired }) => ({
    agency: idOf("agy", agencyId),
    side: oneOf(SIDES, side),
    approversRequired: approversRequired === 2 ? 2 : 1,
  })),
  latest: latestOf(row),
  decisions: row.decisions.map(decisionOf),
});

/** What the fold needs; undefined where the reader may not see the terms. */
export const factsOf = ({ parties, latest }: AgreementRecord): AgreementFacts | undefined =>
  latest === undefined
    ? undefined
    : {
        parties,
        version: latest.number,
        digest: latest.digest,
        ...(latest.terms.start === undefined ? {} : { start: latest.terms.start }),
        ...(latest.terms.end === undefined ? {} : { end: latest.terms.end }),
      };

/** What its decisions add up to; undefined where the reader may not see them. */
export const stateOf = (record: AgreementRecord): AgreementState | undefined => {
  const facts = factsOf(record);
  return facts === undefined ? undefined : foldDecisions(facts, record.decisions);
};

/** Serialises those who decide about one agreement until the transaction ends; false if there is none to see. */
export const lockAgreement = async (tx: Tx, id: AgreementId): Promise<boolean> => {
  const rows = await tx.$queryRaw<unknown[]>`select id from agreement where id = ${id}::uuid for update`;
  return rows.length === 1;
};

/** An agreement as far as the reader may know it: without its terms and decisions for who only knows that it exists. */
const asKnown = (tx: Tx, record: AgreementRecord): AgreementRecord | undefined => {
  const parties = record.parties.map(({ agency }) => agency);
  const knows = knowledgeOf(tx, parties);
  if (knows === "nothing") return undefined;
  return knows === "all" ? record : { ...record, latest: undefined, decisions: [] };
};

export const getAgreement = async (tx: Tx, id: AgreementId): Promise<AgreementRecord | undefined> => {
  const row = await tx.agreement.findUnique({ where: { id }, include: INCLUDE });
  return row === null ? undefined : asKnown(tx, recordOf(row));
};

export type AgreementFilter = {
  readonly stage?: Stage | undefined;
  readonly notStage?: Stage | undefined;
  readonly agencies?: readonly AgencyId[] | undefined;
  readonly homeserver?: HomeserverId | undefined;
};

/** Agreements, newest first; `before` is the last id of the page before (ids rise with time). */
export const listAgreements = async (
  tx: Tx,
  { stage, notStage, agencies, homeserver }: AgreementFilter,
  before: string | undefined,
  limit: number,
): Promise<readonly AgreementRecord[]> => {
  const reader = readerOf(tx);
  const where: Prisma.AgreementWhereInput[] = [
    ...(stage === undefined ? [] : [{ stage }]),
    ...(notStage === undefined ? [] : [{ stage: { not: notStage } }]),
    ...(agencies === undefined ? [] : [{ parties: { some: { agencyId: { in: [...agencies] } } } }]),
    ...(homeserver === undefined ? [] : [{ servers: { some: { homeserverId: homeserver } } }]),
    ...(before === undefined ? [] : [{ id: { lt: before } }]),
    ...(reader === undefined || isCoordinator(reader)
      ? []
      : [{ parties: { some: { agencyId: { in: [...agenciesOf(reader)] } } } }]),
  ];
  const rows = await tx.agreement.findMany({
    where: { AND: where },
    include: INCLUDE,
    orderBy: { id: "desc" },
    take: limit,
  });
  return rows.flatMap((row) => asKnown(tx, recordOf(row)) ?? []);
};

/** The key under which at most one agreement between two agencies is open. */
export const openPairOf = (a: AgencyId, b: AgencyId): string => [a, b].toSorted().join(":");

export const findOpenPair = async (tx: Tx, a: AgencyId, b: AgencyId): Promise<AgreementId | undefined> => {
  const row = await tx.agreement.findUnique({ where: { openPair: openPairOf(a, b) }, select: { id: true } });
  return row === null ? undefined : idOf("agr", row.id);
};

export type NewTerms = {
  readonly number: number;
  readonly digest: string;
  /** Canonical JSON: the digest is over exactly these bytes. */
  readonly text: string;
  readonly servers: readonly { readonly id: HomeserverId; readonly side: Side }[];
  readonly by: PersonId;
  readonly at: Instant;
};

/** Stores a version of the terms with the homeservers that it names. */
export const addTerms = async (tx: Tx, id: AgreementId, { number, digest, text, servers, by, at: when }: NewTerms) => {
  await tx.agreementVersion.create({
    data: { id: newId(), agreementId: id, number, terms: text, digest, createdBy: by, at: BigInt(when) },
  });
  await tx.agreementServer.createMany({
    data: servers.map((server) => ({ agreementId: id, number, homeserverId: server.id, side: server.side })),
  });
};

export type NewAgreement = {
  readonly id: AgreementId;
  readonly parties: readonly { readonly agency: AgencyId; readonly side: Side }[];
  readonly pair: readonly [AgencyId, AgencyId];
  readonly terms: NewTerms;
};

/** Stores a request: the agreement, its parties with how many approvers each asks of itself now, and the first terms. */
export const addAgreement = async (tx: Tx, { id, parties, pair, terms }: NewAgreement): Promise<void> => {
  await tx.agreement.create({
    data: { id, stage: "requested", openPair: openPairOf(...pair), createdAt: BigInt(terms.at) },
    select: { id: true },
  });
  const rules = await tx.agency.findMany({
    where: { id: { in: parties.map(({ agency }) => agency) } },
    select: { id: true, approversRequired: true },
  });
  const required = new Map(rules.map((row) => [row.id, row.approversRequired]));
  await tx.agreementParty.createMany({
    data: parties.map(({ agency, side }) => ({
      agreementId: id,
      agencyId: agency,
      side,
      approversRequired: required.get(agency) ?? 1,
    })),
  });
  await addTerms(tx, id, terms);
};

export type NewDecision = Omit<Decision, "id" | "kind" | "rule"> & {
  readonly kind: DecisionKind;
  /** The agency's rule that consents. */
  readonly rule?: { readonly id: ApprovalRuleId; readonly number: number; readonly owner: PersonId };
};

const decisionRow = (
  agreement: AgreementId,
  { kind, side, agency, person, version, digest, diarienummer, reason, acr, rule, at: when }: NewDecision,
) => ({
  id: newId(),
  agreementId: agreement,
  number: version,
  digest,
  side,
  agencyId: agency,
  kind,
  personId: person ?? null,
  diarienummer: diarienummer ?? null,
  reason: reason ?? null,
  acr: acr ?? null,
  ruleId: rule?.id ?? null,
  ruleNumber: rule?.number ?? null,
  ruleOwner: rule?.owner ?? null,
  at: BigInt(when),
});

/** Records one act. */
export const appendDecision = async (tx: Tx, agreement: AgreementId, decision: NewDecision): Promise<void> => {
  await tx.decision.create({ data: decisionRow(agreement, decision), select: { id: true } });
};

/** Records several acts in their order. */
export const appendDecisions = async (
  tx: Tx,
  agreement: AgreementId,
  decisions: readonly NewDecision[],
): Promise<void> => {
  await tx.decision.createMany({ data: decisions.map((decision) => decisionRow(agreement, decision)) });
};

/** Stores an agreement to which both sides have consented already: the decisions that say so follow in the same act. */
export const addConsented = async (
  tx: Tx,
  { id, pair, parties, terms }: Omit<NewAgreement, "parties"> & { readonly parties: readonly Party[] },
): Promise<void> => {
  await tx.agreement.create({
    data: { id, stage: "agreed", openPair: openPairOf(...pair), createdAt: BigInt(terms.at) },
    select: { id: true },
  });
  await tx.agreementParty.createMany({
    data: parties.map(({ agency, side, approversRequired }) => ({
      agreementId: id,
      agencyId: agency,
      side,
      approversRequired,
    })),
  });
  await addTerms(tx, id, terms);
};

/** How many decisions of these kinds a person has made for an agency from `since` on, among those the reader may see. */
export const countDecisions = (
  tx: Tx,
  { person, agency, kinds, since }: { person: PersonId; agency: AgencyId; kinds: readonly Move[]; since: Instant },
): Promise<number> =>
  tx.decision.count({
    where: { personId: person, agencyId: agency, kind: { in: [...kinds] }, at: { gt: BigInt(since) } },
  });

/** Writes the cached stage and raises the version; a closed agreement frees its pair for a new request. */
export const saveStage = async (tx: Tx, id: AgreementId, stage: Stage): Promise<number> => {
  const { version } = await tx.agreement.update({
    where: { id },
    data: { stage, version: { increment: 1 }, ...(stage === "closed" ? { openPair: null } : {}) },
    select: { version: true },
  });
  return version;
};
