import { verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";

/**
 * `tillit audit verify`: walks the whole log and names the first row that does not hold.
 *
 * @returns the exit status: 0 where every row holds, 1 where one does not
 */
export const auditVerify = async (args: readonly string[]): Promise<number> => {
  const result = await verifyAudit(db("worker"));
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : 1;
};
