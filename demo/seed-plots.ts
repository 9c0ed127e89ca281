import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { DatabaseUrls } from "#bin/run/database.ts";
import { ROOT } from "#bin/run/layout.ts";
import { ELSEWHERE, PLACES, PLOTS } from "./plots.ts";
import { seedAgencies } from "./seeds.ts";

const isSeeded = async (ownerUrl: string): Promise<boolean> => {
  const seeds = seedAgencies(12);
  const elsewhere = ELSEWHERE.map((place) => seeds[PLACES[place]]?.identifier);
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(DISTINCT p.agreement_id)::int AS n FROM agreement_party p JOIN agency a ON a.id = p.agency_id
     WHERE a.scheme = 'orgnr' AND a.identifier = ANY($1)`,
    [elsewhere],
  );
  await client.end();
  return (rows[0]?.n ?? 0) >= PLOTS.length;
};

/**
 * Plays the demo's further agreements into a portal whose two homeservers are connected: requested, offered, soon over,
 * suspended, held, declined. Once: what is there already is left as it is, and costs one query.
 */
export const seedPlots = async (
  { urls, environment }: { readonly urls: DatabaseUrls; readonly environment: string },
  federation: string,
): Promise<void> => {
  if (await isSeeded(urls.owner)) return;
  const env = {
    PATH: process.env["PATH"] ?? "",
    NODE_ENV: "production" as const,
    DATABASE_URL_OWNER: urls.owner,
    DATABASE_URL_WEB: urls.web,
    DATABASE_URL_WORKER: urls.worker,
    TILLIT_ENVIRONMENT: environment,
    TILLIT_FEDERATION_ID: federation,
  };
  await promisify(execFile)(process.execPath, [join(ROOT, "demo/plots-process.ts")], { cwd: ROOT, env });
};
