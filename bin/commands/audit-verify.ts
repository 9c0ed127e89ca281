import { verifyAudit } from "#lib/data/audit.ts";
import { connect } from "#lib/data/client.ts";
import { readSettings } from "#lib/platform/env.ts";

/**
 * `tillit audit verify [--json]`: walks the whole log and names the first row that does not hold.
 *
 * @returns the exit status: 0 where every row holds, 1 where one does not, 2 where no database is set
 */
export const auditVerify = async (args: readonly string[]): Promise<number> => {
  const read = readSettings();
  if (!read.ok) {
    process.stderr.write(`Settings at fault:\n  ${read.error.join("\n  ")}\n`);
    return 2;
  }
  const { databaseUrlWorker, databaseUrlWeb, databaseUrlOwner } = read.value;
  const url = databaseUrlWorker ?? databaseUrlWeb ?? databaseUrlOwner;
  if (url === undefined) {
    process.stderr.write("DATABASE_URL_WORKER: expected a value, none is set\n");
    return 2;
  }
  const client = connect(url);
  try {
    const found = await verifyAudit(client);
    const { rows, head, firstBad } = found;
    const text = found.ok
      ? `${rows} rows hold; head ${head === null ? "none" : `${head.seq} ${head.hash}`}`
      : `row ${firstBad?.seq ?? 0} does not hold: ${firstBad?.why ?? "unknown"}; ${rows} rows before it do`;
    process.stdout.write(`${args.includes("--json") ? JSON.stringify(found) : text}\n`);
    return found.ok ? 0 : 1;
  } finally {
    await client.$disconnect();
  }
};
