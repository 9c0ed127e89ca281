import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import type { AgreementView } from "#lib/contracts/trust.ts";
import { lockHead } from "#lib/data/lists.ts";
import { loadPicture } from "#lib/data/reconcile.ts";
import { asWorker, type Tx } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, type HomeserverId, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import type { Move } from "#lib/domain/trust.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { desire } from "#lib/reconcile/desire.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { decideChange } from "./decide-change.ts";
import { decideTrust } from "./decide-trust.ts";
import { readAgreement, readTimeline } from "./read-agreements.ts";
import { readInbox } from "./read-inbox.ts";
import { requestTrust } from "./request-trust.ts";
import { updateHomeserver } from "./write-homeservers.ts";

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
const agreementId = ({ id }: Pick<AgreementView, "id">) => value(named(parsePublicId("agr", id)));
const changeId = (id: string) => value(named(parsePublicId("chg", id)));
const named = <T>(read: { ok: true; value: T } | { ok: false; error: string }) =>
  read.ok ? read : { ok: false as const, error: { code: read.error } };

/** The names that the portal would now sign for one homeserver, read as the worker reads them. */
const listed = async (server: HomeserverId): Promise<readonly string[]> => {
  const read = async (tx: Tx) => {
    await lockHead(tx, server);
    return ok(await loadPicture(tx, server));
  };
  const picture = value(await asWorker(read));
  if (picture === undefined) throw new Error("no such homeserver");
  return desire(picture, systemClock.now()).wanted.map((entry) => entry.server);
};

let scenes = 0;
const scene = async () => {
  scenes += 1;
  const home = await seedAgency(`Hemverket ${scenes}`, `chat.home${scenes}.example`);
  const partner = await seedAgency(`Partnerverket ${scenes}`, `chat.partner${scenes}.example`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const homeApprover = await seedPerson("Bo", { role: "approver", agency: home.id });
  const partnerAdministrator = await seedPerson("Cecilia", { role: "administrator", agency: partner.id });
  const partnerApprover = await seedPerson("David", { role: "approver", agency: partner.id });
  const wish = { as: home.id, partner: partner.id, purpose: "Samverkan" };
  const agreement = value(await requestTrust(administrator, wish));
  return { home, partner, homeApprover, partnerAdministrator, partnerApprover, agreement };
};

const decided = async (actor: Actor, agreement: AgreementView, as: AgencyId, move: Move) => {
  const { version, digest } = agreement;
  return decideTrust(actor, { id: agreementId(agreement), version, as, move, digest: digest ?? "" });
};
const agreed = async () => {
  const { agreement, ...rest } = await scene();
  const endorsed = value(await decided(rest.homeApprover, agreement, rest.home.id, "endorse"));
  return { ...rest, agreement: value(await decided(rest.partnerApprover, endorsed, rest.partner.id, "accept")) };
};

/** The partner's administrator proposes the name; its approver approves it. */
const renamePartner = async (
  set: Pick<Awaited<ReturnType<typeof scene>>, "partner" | "partnerAdministrator" | "partnerApprover">,
  name: string,
) => {
  const { serverName } = UpdateHomeserver.parse({ serverName: name });
  const wish = { id: set.partner.server, version: 1, serverName };
  const { proposed } = value(await updateHomeserver(set.partnerAdministrator, wish));
  value(await decideChange(set.partnerApprover, { id: changeId(proposed[0] ?? ""), decision: "approve" }));
};

describe("a homeserver's new name", () => {
  test("holds its agreements: both lists drop the pair until both sides have consented to the terms with the new name", async () => {
    const set = await agreed();
    const before = [await listed(set.home.server), await listed(set.partner.server)];
    expect(before.map((names) => names.length)).toEqual([1, 1]);
    await renamePartner(set, "chat.renamed.example");
    const id = agreementId(set.agreement);
    const held = value(await readAgreement(set.homeApprover, { id }));
    expect([held.stage, held.status, held.termsNumber]).toEqual(["agreed", "held", 2]);
    expect(held.renamed).toEqual([{ was: `chat.partner${scenes}.example`, now: "chat.renamed.example" }]);
    expect(held.terms?.servers.partner).toEqual(["chat.renamed.example"]);
    expect(held.parties.map(({ awaitingReconsent }) => awaitingReconsent)).toEqual([true, true]);
    expect([await listed(set.home.server), await listed(set.partner.server)]).toEqual([[], []]);
    const stale = { ...held, digest: set.agreement.digest };
    expect(codeOf(await decided(set.homeApprover, stale, set.home.id, "reconsent"))).toBe("terms_changed");
    const half = value(await decided(set.homeApprover, held, set.home.id, "reconsent"));
    expect([await listed(set.home.server), await listed(set.partner.server)]).toEqual([[], []]);
    const whole = value(await decided(set.partnerApprover, half, set.partner.id, "reconsent"));
    expect(whole.status).not.toBe("held");
    expect(await listed(set.home.server)).toEqual(["chat.renamed.example"]);
    expect(await listed(set.partner.server)).toEqual(before[1]);
    const { items } = value(await readTimeline(set.homeApprover, { id }));
    expect(items.map(({ kind, termsNumber }) => [kind, termsNumber])).toEqual([
      ["request", 1],
      ["endorse", 1],
      ["accept", 1],
      ["hold", 2],
      ["reconsent", 2],
      ["reconsent", 2],
    ]);
  });

  test("waits in the inbox of both sides' approvers", async () => {
    const set = await agreed();
    await renamePartner(set, "chat.renamed2.example");
    for (const approver of [set.homeApprover, set.partnerApprover]) {
      const { items } = value(await readInbox(approver, { limit: 50 }));
      expect(items.map(({ kind }) => kind)).toEqual(["reconsent"]);
    }
  });

  test("begins an offer anew: nobody has consented to the new name, and nothing is held", async () => {
    const { agreement, ...set } = await scene();
    value(await decided(set.homeApprover, agreement, set.home.id, "endorse"));
    await renamePartner(set, "chat.renamed3.example");
    const now = value(await readAgreement(set.homeApprover, { id: agreementId(agreement) }));
    expect([now.stage, now.parties.map(({ awaitingReconsent }) => awaitingReconsent)]).toEqual([
      "requested",
      [false, false],
    ]);
  });
});
