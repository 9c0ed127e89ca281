import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { canonicalJson } from "#lib/domain/canonical.ts";
import { DAY } from "#lib/domain/instant.ts";
import { digestOfBytes } from "#lib/platform/digest.ts";
import { answersRequest, readConsentRequest, readSignedConsent } from "#lib/signing/consent-files.ts";
import { readConsentEnd } from "#lib/signing/documents.ts";

const AGENCY = "orgnr:202100-0001";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consent-"));
});
afterEach(() => rm(folder, { recursive: true }));

const tillit = (...args: readonly string[]): Promise<{ status: number | null; said: string; out: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "../tillit.ts"), "consent", ...args]);
    let [said, out] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.once("exit", (status) => resolve({ status, said, out }));
  });

const putRequest = async (until = Date.now() + DAY): Promise<{ path: string; digest: string }> => {
  const terms = canonicalJson({
    end: until,
    purpose: "Gemensam lägesbild",
    servers: { home: ["a.example"], partner: ["b.example"] },
  });
  const digest = digestOfBytes(terms);
  const path = join(folder, "request.json");
  const request = {
    type: "tillit.consent_request.v1",
    federation: "federation.example",
    reason: "agr_00000000-0000-7000-8000-000000000001",
    digest,
    from: until - 2 * DAY,
    until,
    servers: [["a.example", "b.example"]],
    terms,
  };
  await writeFile(path, JSON.stringify(request));
  return { path, digest };
};

it("an agency makes its key, reads the terms, signs them by their digest, and ends the consent, without any portal", async () => {
  const key = join(folder, "key.json");
  const { path, digest } = await putRequest();
  const made = await tillit("keys", "--agency", AGENCY, "--key", key);
  expect([made.status, (await stat(key)).mode & 0o777]).toEqual([0, 0o600]);
  expect(made.out).toContain("consent_keys");
  expect(made.out).not.toContain(JSON.parse(await readFile(key, "utf8")).private_key);
  const shown = await tillit("show", path);
  for (const words of ["Gemensam lägesbild", "a.example", "b.example", digest]) expect(shown.out).toContain(words);
  const out = join(folder, "signed.json");
  expect((await tillit("sign", path, "--key", key, "--digest", digest, "--out", out)).status).toBe(0);
  const asked = readConsentRequest(await readFile(path, "utf8"));
  const signed = readSignedConsent(await readFile(out, "utf8"));
  if (!asked.ok || !signed.ok) throw new Error("unreadable");
  expect(answersRequest(asked.value, signed.value, AGENCY)).toBe(true);
  const ended = await tillit("end", path, "--key", key);
  expect([ended.status, readConsentEnd(ended.out.trim()).ok]).toEqual([0, true]);
}, 60_000);

it("nothing is signed without the digest of the terms, over a key that is there, for changed terms, or after their time", async () => {
  const key = join(folder, "key.json");
  const { path } = await putRequest();
  await tillit("keys", "--agency", AGENCY, "--key", key);
  expect((await tillit("keys", "--agency", AGENCY, "--key", key)).status).toBe(1);
  const unread = await tillit("sign", path, "--key", key);
  expect([unread.status, unread.said, unread.out]).toEqual([
    1,
    expect.stringContaining("nothing was signed"),
    expect.stringContaining("Gemensam lägesbild"),
  ]);
  await writeFile(path, (await readFile(path, "utf8")).replace("Gemensam", "Annan"));
  expect((await tillit("sign", path, "--key", key)).said).toContain("not those of its digest");
  const past = await putRequest(Date.now() - 1000);
  expect((await tillit("sign", past.path, "--key", key, "--digest", past.digest)).said).toContain("its time is over");
  expect((await tillit("sign")).status).toBe(64);
}, 60_000);
