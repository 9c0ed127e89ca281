import { type Verification, verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";

const sentence = ({ rows, head, firstBad }: Verification): string =>
  firstBad === null
    ? `${rows} rows hold${head === null ? "" : `, to #${head.seq} ${head.hash}`}`
    : `#${firstBad.seq} does not hold: ${firstBad.why}`;

/**
 * `tillit audit verify [--json]`: walks the whole log and names the first row that does not hold.
 *
 * @returns the exit status: 0 where every row holds, 1 where one does not
 */
export const auditVerify = async (args: readonly string[]): Promise<number> => {
  const result = await verifyAudit(db("worker"));
  process.stdout.write(`${args.includes("--json") ? JSON.stringify(result) : sentence(result)}\n`);
  return result.ok ? 0 : 1;
};
