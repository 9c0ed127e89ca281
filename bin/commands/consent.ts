import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { replaceFile } from "#lib/connectors/file/target.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { newHttp } from "#lib/platform/http.ts";
import {
  type ConsentKey,
  type ConsentRequest,
  readConsentKey,
  readConsentRequest,
  signRequest,
} from "#lib/signing/consent-files.ts";
import { fingerprintOf, makeConsentEnd, newKeyPair } from "#lib/signing/signing.ts";

const EX_USAGE = 64;
const USAGE = `usage: tillit consent keys --agency SCHEME:NUMBER --key FILE
       tillit consent show REQUEST
       tillit consent sign REQUEST --key FILE --digest DIGEST [--out FILE]
       tillit consent end REQUEST --key FILE [--out FILE] [--send URL]

At the agency, with a key that the portal never has: an enforcement point whose operator asks for consents opens no door
that the agency did not sign.

keys  makes the agency's key, and prints what the operators of its homeservers write into their settings
show  shows the terms of the request that the portal's agreement page offers, and their digest
sign  signs them; the digest is what whoever decides has read, and is given by hand
end   ends the consent for ever, without the portal; --send gives it to a homeserver with Tillit's module at once
`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const fail = (words: string): number => {
  process.stderr.write(`tillit consent: ${words}\n`);
  return 1;
};

type Options = {
  readonly agency?: string;
  readonly key?: string;
  readonly digest?: string;
  readonly out?: string;
  readonly send?: string;
};

const makeKey = async ({ agency, key: path }: Options): Promise<number> => {
  if (agency === undefined || path === undefined) return fail("--agency and --key are needed");
  if (!/^[a-z]{2,20}:[\w .-]{1,80}$/.test(agency)) return fail(`${agency} is no SCHEME:NUMBER, as orgnr:202100-0001`);
  const { publicKey, privateKey } = newKeyPair();
  const keyId = `ed25519:consent_${randomBytes(4).toString("hex")}`;
  const file: ConsentKey = { agency, key_id: keyId, key: publicKey, private_key: privateKey };
  // Never over a key that is there: what it signed could then not be ended.
  const handle = await open(path, "wx", 0o600).catch((fault: unknown) => String(fault));
  if (typeof handle === "string") return fail(`${path} is not made: ${handle}`);
  await handle.writeFile(JSON.stringify(file));
  await handle.close();
  const pinned = { [agency]: { [keyId]: publicKey } };
  say(`fingerprint  ${fingerprintOf(publicKey)}`);
  say(
    `\nIn the module's config in homeserver.yaml:\n  require_consents: true\n  consent_keys: ${JSON.stringify(pinned)}`,
  );
  say(
    `\nOr in the agent's settings:\n  "rules": { "requireConsents": true, "consentKeys": ${JSON.stringify(pinned)} }`,
  );
  say(`\nKeep ${path} where only those who decide for the agency reach it, and a copy in the safe.`);
  return 0;
};

const lines = (value: unknown, depth: number): readonly string[] => {
  const pad = "  ".repeat(depth);
  if (typeof value !== "object" || value === null) return [`${pad}${String(value)}`];
  return Object.entries(value).flatMap(([name, held]) => {
    const inside = typeof held === "object" && held !== null;
    const label = Array.isArray(value) ? "-" : `${name}:`;
    return inside ? [`${pad}${label}`, ...lines(held, depth + 1)] : [`${pad}${label} ${String(held)}`];
  });
};

const showRequest = ({ federation, reason, digest, from, until, servers, terms }: ConsentRequest): void => {
  say(`federation  ${federation}\nagreement   ${reason}`);
  say(`from        ${new Date(from).toISOString()}\nuntil       ${new Date(until).toISOString()}`);
  for (const [a, b] of servers) say(`opens       ${a}  <->  ${b}`);
  say(`\nTerms:\n${lines(JSON.parse(terms), 1).join("\n")}\n\ndigest      ${digest}`);
};

const write = async (path: string | undefined, text: string): Promise<number> => {
  if (path === undefined) {
    say(text);
    return 0;
  }
  const saved = await replaceFile(path, text, 0o600);
  return saved.ok ? 0 : fail(saved.error.detail);
};

const send = async (base: string, body: string): Promise<number> => {
  const { fetch } = newHttp({ allowPrivateAddresses: true });
  const url = `${base.replace(/\/+$/, "")}/_synapse/client/tillit/v1/consent_end`;
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "PUT", body, headers, timeoutMs: 30_000, maxBytes: 65_536 });
  if (!answer.ok) return fail(`${answer.error.code}: ${answer.error.detail}; the end was not taken there`);
  const { status, body: said } = answer.value;
  if (status !== 200)
    return fail(`${status} ${new TextDecoder().decode(said).slice(0, 200)}; the end was not taken there`);
  process.stderr.write("taken: its door is shut for ever\n");
  return 0;
};

const ownKey = async ({ key }: Options): Promise<ConsentKey | string> => {
  if (key === undefined) return "--key is missing";
  const read = readConsentKey(await readFile(key, "utf8"));
  return read.ok ? read.value : `${key}: ${read.error}`;
};

const sign = async (asked: ConsentRequest, options: Options): Promise<number> => {
  const own = await ownKey(options);
  if (typeof own === "string") return fail(own);
  if (options.digest !== asked.digest) {
    showRequest(asked);
    return fail("nothing was signed: give --digest with the digest of the terms that were decided");
  }
  if (asked.until <= systemClock.now()) return fail("nothing was signed: its time is over");
  return write(options.out, JSON.stringify(signRequest(asked, own)));
};

const end = async ({ federation, reason, digest }: ConsentRequest, options: Options): Promise<number> => {
  const own = await ownKey(options);
  if (typeof own === "string") return fail(own);
  const signer = { keyId: own.key_id, privateKey: own.private_key };
  const text = makeConsentEnd({ federation, reason, digest }, own.agency, signer);
  const written = await write(options.out, text);
  return written === 0 && options.send !== undefined ? send(options.send, text) : written;
};

const optionsOf = (args: readonly string[]) => {
  try {
    const text = { type: "string" } as const;
    const options = { agency: text, key: text, digest: text, out: text, send: text };
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return undefined;
  }
};

/**
 * `tillit consent keys|show|sign|end`: what an agency signs with a key of its own (signed documents, law 10). It asks no
 * portal: everything that it needs stands in the request, which is held to its own terms.
 *
 * @returns the exit status: 0 done, 1 with what to do on standard error, 64 for wrong arguments
 */
export const consentCommand = async (args: readonly string[]): Promise<number> => {
  const read = optionsOf(args);
  const [verb = "", file, ...more] = read?.positionals ?? [];
  const wants = verb === "keys" ? 0 : 1;
  const known = ["keys", "show", "sign", "end"].includes(verb) && more.length === 0;
  if (read === undefined || !known || (file === undefined ? 0 : 1) !== wants) {
    process.stderr.write(USAGE);
    return EX_USAGE;
  }
  if (file === undefined) return makeKey(read.values);
  const asked = readConsentRequest(await readFile(file, "utf8"));
  if (!asked.ok) return fail(`${file}: ${asked.error}; take it anew from the agreement's page`);
  if (verb === "sign") return sign(asked.value, read.values);
  if (verb === "end") return end(asked.value, read.values);
  showRequest(asked.value);
  return 0;
};
