import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "#lib/connectors/file/target.ts";
import { err, type Result } from "#lib/domain/result.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { type Accepted, acceptConsentEnd, type Pins } from "#lib/signing/signing.ts";

const folderOf = (folder: string): string => join(folder, "consent-ends");

/**
 * Takes the ends of consents that lie in the agent's folder, for ever (law 10). A file that does not hold counts for
 * nothing: whoever can write there could also take the file away.
 */
export const withConsentEnds = async (folder: string, pins: Pins, state: Accepted): Promise<Accepted> => {
  const files = await readdir(folderOf(folder)).catch(() => []);
  let taken = state;
  for (const file of files.toSorted()) {
    const text = await readFile(join(folderOf(folder), file), "utf8").catch(() => "");
    const accepted = acceptConsentEnd(pins, taken, text);
    if (accepted.ok) taken = accepted.value.state;
  }
  return taken;
};

/** Keeps the end of a consent for ever; a refusal says why it does not hold. */
export const keepConsentEnd = async (
  folder: string,
  pins: Pins,
  state: Accepted,
  text: string,
): Promise<Result<true, string>> => {
  const accepted = acceptConsentEnd(pins, state, text);
  if (!accepted.ok)
    return err(`${accepted.error.code} ${accepted.error.detail}: signed by no key of rules.consentKeys`);
  await mkdir(folderOf(folder), { recursive: true, mode: 0o700 }).catch(() => undefined);
  const name = `${digestOfBytes(text).replaceAll(/[^\w-]/g, "_")}.json`;
  const saved = await replaceFile(join(folderOf(folder), name), text, 0o600);
  return saved.ok ? saved : err(saved.error.detail);
};
