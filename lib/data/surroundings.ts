import { z } from "zod";
import { type HomeserverId, idOf, type PersonId } from "#lib/domain/ids.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { type Neighbour, PATH_OUTCOMES, type PathOutcome } from "#lib/domain/surroundings.ts";
import { newId } from "#lib/platform/ids.ts";
import { serverOfReader } from "./reader.ts";
import type { Tx } from "./transaction.ts";
import { oneOf } from "./words.ts";

const count = z.int().nonnegative();
const at = z.int().nonnegative().transform(instant);
const neighbours = z.record(
  z.string(),
  z.object({ rooms: count, theirs: count, ours: count, receivedAt: at.optional(), failingSince: at.optional() }),
);
const exposures = z.record(
  z.string(),
  z.object({
    rooms: count,
    ours: count,
    theirs: count,
    third: z.record(z.string(), z.object({ rooms: count, people: count })),
  }),
);

/** The rooms that a server shares with one partner, and who else sits in them. */
export type ExposureRecord = z.output<typeof exposures>[string];

/** What a homeserver last said of itself. */
export type SurroundingsRecord = {
  readonly askedAt: Instant;
  /** Absent where it never answered. */
  readonly at: Instant | undefined;
  /** Why it did not answer when last asked. */
  readonly code: string | undefined;
  readonly cut: boolean;
  readonly neighbours: readonly (readonly [ServerName, Neighbour])[];
  readonly exposure: Readonly<Record<string, ExposureRecord>>;
};

const neighbour = ({ receivedAt, failingSince, ...counts }: z.output<typeof neighbours>[string]): Neighbour => ({
  ...counts,
  ...(receivedAt === undefined ? {} : { receivedAt }),
  ...(failingSince === undefined ? {} : { failingSince }),
});

/** What the server last said; undefined before it was asked, and for whom it is not. */
export const readSurroundings = async (tx: Tx, server: HomeserverId): Promise<SurroundingsRecord | undefined> => {
  const row = await tx.surroundings.findUnique({ where: { homeserverId: server } });
  if (row === null) return undefined;
  return {
    askedAt: instant(Number(row.askedAt)),
    at: row.at === null ? undefined : instant(Number(row.at)),
    code: row.code ?? undefined,
    cut: row.cut,
    neighbours: Object.entries(neighbours.parse(row.neighbours)).flatMap(([text, counts]) => {
      const name = parseServerName(text);
      return name.ok ? [[name.value, neighbour(counts)] as const] : [];
    }),
    exposure: exposures.parse(row.exposure),
  };
};

type Told = Pick<SurroundingsRecord, "cut"> & {
  readonly neighbours: Readonly<Record<string, Neighbour>>;
  readonly exposure: Readonly<Record<string, ExposureRecord>>;
};

/** Notes that the server was asked, and what it told; without an answer what it told before stands, with its time. */
export const writeSurroundings = async (
  tx: Tx,
  server: HomeserverId,
  now: Instant,
  told: Told | { readonly code: string },
): Promise<void> => {
  const asked = { askedAt: BigInt(now) };
  const data =
    "code" in told
      ? { ...asked, code: told.code }
      : { ...asked, at: BigInt(now), code: null, cut: told.cut, neighbours: told.neighbours, exposure: told.exposure };
  await tx.surroundings.upsert({
    where: { homeserverId: server },
    create: { homeserverId: server, ...data },
    update: data,
  });
};

/** A server on the other side of an agreement; `open` while the agreement is asked for or stands. */
export type Counterpart = {
  readonly id: HomeserverId;
  readonly name: ServerName;
  readonly agreed: boolean;
  readonly open: boolean;
};

/** Every server on the other side of an agreement that this one stands in, asked for and ended ones too. */
export const counterparts = async (tx: Tx, server: HomeserverId): Promise<readonly Counterpart[]> => {
  const rows = await tx.$queryRaw<{ id: string; server_name: string; agreed: boolean; open: boolean }[]>`
    SELECT h.id, h.server_name, bool_or(a.stage = 'agreed') AS agreed, bool_or(a.stage <> 'closed') AS open
      FROM agreement_server mine
      JOIN agreement_server other ON other.agreement_id = mine.agreement_id AND other.number = mine.number
        AND other.side <> mine.side
      JOIN agreement a ON a.id = mine.agreement_id
      JOIN homeserver h ON h.id = other.homeserver_id
     WHERE mine.homeserver_id = ${server}::uuid GROUP BY h.id, h.server_name ORDER BY h.server_name`;
  return rows.flatMap(({ id, server_name, agreed, open }) => {
    const name = parseServerName(server_name);
    return name.ok ? [{ id: idOf("hs", id), name: name.value, agreed, open }] : [];
  });
};

/** One server's own probe of another. */
export type PathRecord = {
  readonly from: HomeserverId;
  readonly to: HomeserverId;
  readonly outcome: PathOutcome;
  readonly status: number;
  readonly errcode: string;
  readonly said: string;
  readonly tookMs: number;
  readonly at: Instant;
};

export const writePath = async (tx: Tx, { from, to, at: seen, ...rest }: PathRecord): Promise<void> => {
  const data = { ...rest, at: BigInt(seen) };
  await tx.pathProbe.upsert({
    where: { fromServerId_toServerId: { fromServerId: from, toServerId: to } },
    create: { fromServerId: from, toServerId: to, ...data },
    update: data,
  });
};

/** The newest own probes from and to any of these servers, as far as the reader may see them. */
export const readPaths = async (tx: Tx, servers: readonly HomeserverId[]): Promise<readonly PathRecord[]> => {
  const ids = [...servers];
  const own = serverOfReader(tx);
  const rows = await tx.pathProbe.findMany({
    where: { fromServerId: { in: ids }, toServerId: { in: ids }, OR: [{ from: own }, { to: own }] },
  });
  return rows.map((row) => ({
    from: idOf("hs", row.fromServerId),
    to: idOf("hs", row.toServerId),
    outcome: oneOf(PATH_OUTCOMES, row.outcome),
    status: row.status,
    errcode: row.errcode,
    said: row.said,
    tookMs: row.tookMs,
    at: instant(Number(row.at)),
  }));
};

/** That a person said that the traffic with that server may end. */
export type CutRecord = {
  readonly homeserver: HomeserverId;
  readonly serverName: ServerName;
  readonly person: PersonId;
  readonly reason: string;
  readonly at: Instant;
};

export const addCut = async (
  tx: Tx,
  { homeserver, serverName, person, reason, at: when }: CutRecord,
): Promise<void> => {
  await tx.deliberateCut.create({
    data: { id: newId(), homeserverId: homeserver, serverName, personId: person, reason, at: BigInt(when) },
  });
};

/** The cuts said of one server, the newest of each name. */
export const readCuts = async (tx: Tx, server: HomeserverId): Promise<ReadonlyMap<ServerName, CutRecord>> => {
  const rows = await tx.deliberateCut.findMany({
    where: { homeserverId: server },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return new Map(
    rows.flatMap(({ serverName: text, personId, reason, at: when }) => {
      const name = parseServerName(text);
      if (!name.ok) return [];
      const record = {
        homeserver: server,
        serverName: name.value,
        person: idOf("per", personId),
        reason,
        at: instant(Number(when)),
      };
      return [[name.value, record] as const];
    }),
  );
};

/** The members' homeservers among these names. */
export const membersAmong = async (tx: Tx, names: readonly ServerName[]): Promise<readonly HomeserverId[]> => {
  const rows = await tx.homeserver.findMany({ where: { serverName: { in: [...names] } }, select: { id: true } });
  return rows.map(({ id }) => idOf("hs", id));
};
