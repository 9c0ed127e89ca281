import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "#lib/domain/access.ts";
import { parsePublicId } from "#lib/domain/ids.ts";
import { DAY } from "#lib/domain/instant.ts";
import { type ConsentKey, type ConsentRequest, readConsentRequest, signRequest } from "#lib/signing/consent-files.ts";
import { newKeyPair } from "#lib/signing/signing.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { giveConsent, readConsents } from "./consents.ts";
import { decideTrust } from "./decide-trust.ts";
import { requestTrust } from "./request-trust.ts";

let database: Awaited<ReturnType<typeof openLine>>;
beforeAll(async () => {
  database = await openLine();
});
afterAll(() => database.close());

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";

let pairs = 0;
const agreed = async (end: number | undefined = Date.now() + 30 * DAY) => {
  pairs += 1;
  const home = await seedAgency(`Hem ${pairs}`, `chat.consent-home${pairs}.example`);
  const partner = await seedAgency(`Partner ${pairs}`, `chat.consent-partner${pairs}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const approver = await seedPerson("Bo", { role: "approver", agency: home.id });
  const theirs = await seedPerson("David", { role: "approver", agency: partner.id });
  const wish = { as: home.id, partner: partner.id, purpose: "Samverkan", ...(end === undefined ? {} : { end }) };
  const asked = value(await requestTrust(administrator, wish));
  const read = parsePublicId("agr", asked.id);
  if (!read.ok) throw new Error(asked.id);
  const id = read.value;
  const digest = asked.digest ?? "";
  const stand = async () => {
    const first = { id, version: asked.version, as: home.id, move: "endorse", digest } as const;
    const endorsed = value(await decideTrust(approver, first));
    const second = { id, version: endorsed.version, as: partner.id, move: "accept", digest } as const;
    value(await decideTrust(theirs, second));
  };
  return { id, home, partner, administrator, approver, theirs, stand };
};
const requestFor = async (actor: Actor, id: Awaited<ReturnType<typeof agreed>>["id"]): Promise<ConsentRequest> => {
  const { request } = value(await readConsents(actor, { id }));
  const read = readConsentRequest(request?.text ?? "");
  if (!read.ok) throw new Error(read.error);
  return read.value;
};
const keyOf = (identifier: string): ConsentKey => {
  const { publicKey, privateKey } = newKeyPair();
  return { agency: `orgnr:${identifier}`, key_id: "ed25519:c1", key: publicKey, private_key: privateKey };
};

test("what the agency signed is kept beside the agreement and both sides see it", async () => {
  const { id, home, administrator, theirs, stand } = await agreed();
  expect(value(await readConsents(administrator, { id }))).toMatchObject({ request: null, unsignable: "not_agreed" });
  await stand();
  const asked = await requestFor(administrator, id);
  const [party] = value(await readConsents(administrator, { id })).mayGive;
  const own = keyOf(party?.identifier ?? "");
  const file = JSON.stringify(signRequest(asked, own));
  const view = value(await giveConsent(administrator, { id, as: home.id, file }));
  expect(view.signed).toMatchObject([{ keyId: "ed25519:c1", signer: own.agency, current: true }]);
  expect(value(await readConsents(theirs, { id })).signed.length).toBe(1);
});

test("a file that is none, by another agency, for other terms, or given by who may not is refused with a code of its own", async () => {
  const { id, home, partner, administrator, theirs, stand } = await agreed();
  await stand();
  const asked = await requestFor(administrator, id);
  const [party] = value(await readConsents(administrator, { id })).mayGive;
  const own = keyOf(party?.identifier ?? "");
  const give = async (actor: Actor, as: typeof home.id, file: unknown): Promise<string> =>
    codeOf(await giveConsent(actor, { id, as, file: JSON.stringify(file) }));
  expect(await give(administrator, home.id, { type: "other" })).toBe("consent_unreadable");
  expect(await give(administrator, home.id, signRequest(asked, keyOf("000000-0000")))).toBe("consent_mismatch");
  const later = { ...asked, until: (asked.until + DAY) as typeof asked.until };
  expect(await give(administrator, home.id, signRequest(later, own))).toBe("consent_mismatch");
  expect(await give(theirs, home.id, signRequest(asked, own))).toBe("not_permitted");
  expect(await give(administrator, partner.id, signRequest(asked, own))).toBe("not_permitted");
  const stranger = await seedPerson("Eva", {
    role: "approver",
    agency: (await seedAgency("Främling", "f.example")).id,
  });
  expect(codeOf(await readConsents(stranger, { id }))).toBe("not_found");
});

test("an agreement without an end says that there is nothing to sign, and why", async () => {
  const { id, administrator, home, stand } = await agreed(Date.now() + 500 * DAY);
  await stand();
  expect(value(await readConsents(administrator, { id }))).toMatchObject({ request: null, unsignable: "too_long" });
  expect(codeOf(await giveConsent(administrator, { id, as: home.id, file: "{}" }))).toBe("consent_unsignable");
});
