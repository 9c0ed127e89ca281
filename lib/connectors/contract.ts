import { describe, expect, it } from "vitest";
import { planChange } from "#lib/domain/allow-list.ts";
import { DAY, type Instant, instant } from "#lib/domain/instant.ts";
import type { ServerName } from "#lib/domain/server-name.ts";
import { newKeyPair } from "#lib/platform/signed-json.ts";
import { contentDigest } from "#lib/signing/documents.ts";
import { makeKeyset, makeList } from "#lib/signing/make.ts";
import type { Limits } from "./connector.ts";
import { lawsOf } from "./contract-laws.ts";
import type { Authority, ContractLaw, StartSubject } from "./contract-subject.ts";

const LIFE = 3 * DAY;

/** Makes the keys of a federation of one server. */
export const newAuthority = (federation: string, self: ServerName, now: () => Instant): Authority => {
  const root = newKeyPair();
  const list = newKeyPair();
  const signer = { keyId: "ed25519:list-1", privateKey: list.privateKey };
  const begun = now();
  const listKeys = {
    [signer.keyId]: { key: list.publicKey, from: instant(begun - DAY), until: instant(begun + 300 * DAY) },
  };
  const keyset = makeKeyset({ federation, epoch: 1, serial: 1, issuedAt: begun, listKeys }, [
    { keyId: "ed25519:root", privateKey: root.privateKey },
  ]);
  let last = 0;
  let names: ReadonlySet<ServerName> = new Set();
  return {
    federation,
    rootKeys: { "ed25519:root": root.publicKey },
    signer,
    next: (open, { version = last + 1, audience = self, mode = "enforce", whenStale = "keep" } = {}) => {
      const from = instant(begun - DAY);
      const reason = { id: "agr_contract", digest: `sha256:${"A".repeat(43)}`, from };
      const allow = open.toSorted().map((server) => ({ server, reasons: [reason] }));
      const issuedAt = now();
      const expiresAt = instant(issuedAt + LIFE);
      const text = makeList(
        { federation, audience, epoch: 1, version, mode, issuedAt, expiresAt, whenStale, allow },
        signer,
      );
      const plan = planChange(names, new Set(open));
      if (version > last) {
        last = version;
        names = new Set(open);
      }
      const digest = contentDigest(text);
      return { plan, list: { audience, mode, epoch: 1, version, digest, expiresAt, names: open, keyset, list: text } };
    },
  };
};

const runLaw = async (law: ContractLaw, start: StartSubject): Promise<void> => {
  const subject = await start({ beforeFirstList: law.beforeFirstList ?? "closed" });
  try {
    await law.run(subject);
  } finally {
    await subject.stop();
  }
};

/**
 * Holds one kind of connector to every law, each on a server of its own. A law that the vendor's limits deny is run all
 * the same and must be seen broken: a limit that is not true is as wrong as a law that is not kept.
 *
 * @param timeoutMs longer for slow real servers
 */
export const connectorContract = (name: string, limits: Limits, start: StartSubject, timeoutMs = 10_000): void => {
  const { holds, cannotHold } = lawsOf(limits);
  describe(`the ${name} connector`, () => {
    it(
      "declares the limits that it is held to",
      async () => {
        const subject = await start({ beforeFirstList: "closed" });
        try {
          expect(subject.connector().limits).toEqual(limits);
        } finally {
          await subject.stop();
        }
      },
      timeoutMs,
    );
    for (const law of holds) it(law.name, () => runLaw(law, start), timeoutMs);
    for (const law of cannotHold) {
      const title = `cannot hold (${law.needs}: ${limits[law.needs ?? "verifiesSignature"]}): ${law.name}`;
      const broken = { name: "AssertionError" };
      it(title, () => expect(runLaw(law, start)).rejects.toMatchObject(broken), timeoutMs);
    }
  });
};
