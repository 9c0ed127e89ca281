import { parseArgs } from "node:util";
import { type Head, type Verification, verifyAudit } from "#lib/data/audit.ts";
import { db } from "#lib/data/client.ts";

const sentence = ({ rows, head, firstBad }: Verification): string =>
  firstBad === null
    ? `${rows} rows hold${head === null ? "" : `, to ${head.seq}:${head.hash}`}`
    : `#${firstBad.seq} does not hold: ${firstBad.why}`;

/** `SEQ:HASH` as the command printed it on another day; undefined where it is neither. */
const headOf = (text: string): Head | undefined => {
  const [, seq, hash] = /^#?(\d{1,15})[: ]([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
};

/**
 * `tillit audit verify [--json] [--witnessed SEQ:HASH]`: walks the whole log and names the first row that does not hold.
 * A head noted elsewhere finds also a log that was cut off or rewritten as a whole.
 *
 * @returns the exit status: 0 where every row holds, 1 where one does not, 2 where the witnessed head is no head
 */
export const auditVerify = async (args: readonly string[]): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, witnessed: { type: "string" } },
  });
  const witnessed = values.witnessed === undefined ? undefined : headOf(values.witnessed);
  if (values.witnessed !== undefined && witnessed === undefined) {
    process.stderr.write("--witnessed: expected SEQ:HASH, as this command printed it, such as 41:9f…\n");
    return 2;
  }
  const result = await verifyAudit(db("worker"), witnessed);
  process.stdout.write(`${values.json ? JSON.stringify(result) : sentence(result)}\n`);
  return result.ok ? 0 : 1;
};
