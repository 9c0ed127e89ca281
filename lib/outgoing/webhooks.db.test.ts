import { once } from "node:events";
import https from "node:https";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CreateWebhook } from "#lib/contracts/webhooks.ts";
import { db } from "#lib/data/client.ts";
import { storeSealingKey } from "#lib/data/credentials.ts";
import { tell } from "#lib/data/notices.ts";
import { asWorker } from "#lib/data/transaction.ts";
import { type AgencyId, type IdPrefix, parsePublicId, toPublicId } from "#lib/domain/ids.ts";
import { DAY, HOUR, type Instant, instant, later, MINUTE, SECOND } from "#lib/domain/instant.ts";
import { ok } from "#lib/domain/result.ts";
import { nextAttemptAt } from "#lib/domain/webhooks.ts";
import {
  createWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayDelivery,
  rotateWebhook,
  setWebhook,
  tryWebhook,
} from "#lib/operations/webhooks.ts";
import { type Http, type HttpClient, newHttp } from "#lib/platform/http.ts";
import { newSealingKeyPair } from "#lib/platform/sealing.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "#lib/platform/test-certificate.ts";
import { asToken, BASE_URL, openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { webhookRound } from "./webhooks.ts";

const HOOK = "https://a.example/hooks/tillit";
const NOW = instant(Date.parse("2026-11-23T09:00:00Z"));
const sealing = { keyId: "x25519:test", ...newSealingKeyPair() };
type Call = { readonly headers: Record<string, string>; readonly body: string };
const calls: Call[] = [];
let answers: number[] = [];
const receiver = https.createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, said]) => [name, String(said)]));
    calls.push({ headers, body: Buffer.concat(chunks).toString("utf8") });
    response.statusCode = answers.shift() ?? 204;
    response.end();
  });
});

let database: Awaited<ReturnType<typeof openLine>>;
let client: HttpClient;
let http: Http;
beforeAll(async () => {
  database = await openLine();
  await asWorker(async (tx) => ok(await storeSealingKey(tx, sealing, 1)));
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  client = newHttp({ allowPrivateAddresses: true });
  http = (url, request) =>
    client.fetch(url, { ...request, ca: TEST_CERTIFICATE, resolveTo: { host: "127.0.0.1", port } });
});
beforeEach(async () => {
  calls.splice(0);
  answers = [];
  await db("owner").webhook.deleteMany();
});
afterAll(async () => {
  client.close();
  receiver.close();
  await database.close();
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: { code: string } }): T => {
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? "done";
const bare = <P extends IdPrefix>(prefix: P, id: string | undefined) => {
  const read = parsePublicId(prefix, id ?? "");
  if (!read.ok) throw new Error(String(id));
  return read.value;
};

let made = 0;
const scene = async (kinds: CreateWebhook["kinds"] = ["decide", "revoked"]) => {
  made += 1;
  const { id: agency } = await seedAgency(`Krokverket ${made}`);
  const administrator = await seedPerson("Astrid", { role: "administrator", agency });
  const approver = await seedPerson("Bo", { role: "approver", agency });
  const webhook = value(await createWebhook(administrator, { id: agency, url: HOOK, kinds }));
  return { agency, administrator, approver, secret: webhook.secret ?? "", id: bare("whk", webhook.id) };
};
const told = (agency: AgencyId, cause: string, kind: "decide" | "agreed" | "revoked" = "decide") =>
  asWorker(async (tx) =>
    ok(await tell(tx, { tell: [{ kind, cause, subject: "agr_x", agencies: [agency] }], settle: [] }, NOW)),
  );
const round = (now: Instant, more: Partial<Parameters<typeof webhookRound>[0]> = {}) =>
  webhookRound({ http, sealing, baseUrl: BASE_URL, clock: { now: () => now }, ...more });

describe("a webhook", () => {
  test("is told what it asked for, once for each cause, signed so that the standard's own library takes it, and nothing of what it says", async () => {
    const { agency, secret } = await scene();
    const other = await scene();
    await told(agency, "one");
    await told(agency, "one");
    await told(agency, "two", "agreed");
    const now = instant(Date.now());
    expect(await round(now)).toBe(1);
    expect(await round(now)).toBe(0);
    const [call] = calls;
    if (call === undefined) throw new Error("nothing came");
    expect(new Webhook(secret).verify(call.body, call.headers)).toEqual({
      type: "tillit.decide",
      timestamp: new Date(NOW).toISOString(),
      data: { agency: toPublicId("agy", agency), subject: "agr_x", url: `${BASE_URL}/agreements/agr_x/review` },
    });
    expect(() => new Webhook(other.secret).verify(call.body, call.headers)).toThrow();
    expect(() => new Webhook(secret).verify(call.body.replace("decide", "agreed"), call.headers)).toThrow();
  });

  test("that fails is tried again on the published schedule under the same id, and the log says what came of it", async () => {
    const { agency, administrator, id } = await scene();
    await told(agency, "one");
    answers = [500, 302, 204];
    expect(await round(NOW)).toBe(0);
    expect(await round(later(NOW, 5 * SECOND - 1))).toBe(0);
    expect(await round(later(NOW, 5 * SECOND))).toBe(0);
    const [waiting] = value(await listDeliveries(administrator, { id })).items;
    expect(waiting).toMatchObject({
      state: "waiting",
      attempts: 2,
      lastStatus: 302,
      nextAt: NOW + 5 * SECOND + 5 * MINUTE,
    });
    expect(await round(later(NOW, 6 * MINUTE))).toBe(1);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(calls).toHaveLength(3);
    const [done] = value(await listDeliveries(administrator, { id })).items;
    expect(done).toMatchObject({ state: "delivered", attempts: 3, lastStatus: 204, nextAt: null });
  });

  test("is given up after some three days, its administrators are told, and it can be sent once more", async () => {
    const { agency, administrator, approver, id } = await scene();
    await told(agency, "one");
    answers = Array.from({ length: 10 }, () => 503);
    let now: Instant | undefined = NOW;
    for (let attempts = 1; now !== undefined; attempts += 1) {
      await round(now);
      const next = nextAttemptAt(attempts, now);
      if (next === undefined) expect(now - NOW).toBeGreaterThan(3 * DAY - HOUR);
      now = next;
    }
    const [given] = value(await listDeliveries(administrator, { id })).items;
    expect(given).toMatchObject({ state: "given_up", attempts: 10, lastStatus: 503 });
    const notices = await db("owner").notice.findMany({ where: { kind: "webhook_failed", agencyId: agency } });
    expect(notices.map(({ personId }) => personId)).toEqual([administrator.person]);
    const delivery = bare("dlv", given?.id);
    expect(codeOf(await replayDelivery(approver, { id, delivery }))).toBe("not_permitted");
    value(await replayDelivery(administrator, { id, delivery }));
    expect(await round(later(NOW, 9 * DAY))).toBe(1);
    expect(calls.at(-1)?.headers["webhook-id"]).toBe(given?.messageId);
  });

  test("is sent to one at a time, also by many workers at once", async () => {
    const { agency } = await scene();
    for (let each = 0; each < 20; each += 1) await told(agency, `c${each}`);
    const sent = await Promise.all([1, 2, 3, 4].map(() => round(NOW)));
    expect(sent.reduce((sum, each) => sum + each, 0)).toBe(20);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(20);
    expect(calls).toHaveLength(20);
  });

  test("whose receiver is gone is switched off; one that is off is sent nothing", async () => {
    const { agency, administrator, id } = await scene();
    await told(agency, "one");
    answers = [410];
    await round(NOW);
    const [gone] = value(await listWebhooks(administrator, { id: agency })).items;
    expect([gone?.enabled, gone?.offCode]).toEqual([false, "gone"]);
    await told(agency, "two");
    expect(await round(later(NOW, HOUR))).toBe(0);
    expect(codeOf(await tryWebhook(administrator, { id }))).toBe("webhook_off");
    value(await setWebhook(administrator, { id, enabled: true }));
    value(await tryWebhook(administrator, { id }));
    expect(await round(instant(Date.now()))).toBe(1);
    expect(JSON.parse(calls.at(-1)?.body ?? "{}")).toMatchObject({ type: "tillit.trial" });
  });

  test("that leads to a private address is called by nobody", async () => {
    const { agency, administrator, id } = await scene();
    const guarded = newHttp({ allowPrivateAddresses: false });
    const port = (() => {
      const address = receiver.address();
      return typeof address === "object" ? (address?.port ?? 0) : 0;
    })();
    await told(agency, "one");
    const led: Http = (url, request) =>
      guarded.fetch(url, { ...request, ca: TEST_CERTIFICATE, resolveTo: { host: "127.0.0.1", port } });
    expect(await round(NOW, { http: led })).toBe(0);
    guarded.close();
    expect(calls).toEqual([]);
    expect(value(await listDeliveries(administrator, { id })).items).toMatchObject([{ lastCode: "private_address" }]);
    for (const url of [
      "http://a.example/",
      "https://u:p@a.example/",
      "https://a.example/#x",
      "ftp://a.example",
      "a",
      "",
    ])
      expect({ url, taken: CreateWebhook.safeParse({ url, kinds: ["decide"] }).success }).toEqual({
        url,
        taken: false,
      });
  });

  test("has a secret that no reader of the database and no page sees again, and that opens for nothing else", async () => {
    const { agency, administrator, secret } = await scene();
    const rows = await db("owner").$queryRaw<unknown[]>`select w::text as whole from webhook w`;
    expect(JSON.stringify(rows)).not.toContain(secret.slice("whsec_".length));
    expect(JSON.stringify(value(await listWebhooks(administrator, { id: agency })))).not.toContain("whsec_");
    await expect(db("web").$queryRaw`select sealed from webhook`).rejects.toThrow(/permission denied/);
    await db("owner").webhook.updateMany({ data: { url: "https://elsewhere.example/" } });
    await told(agency, "moved");
    expect(await round(NOW)).toBe(0);
    expect(calls).toEqual([]);
  });

  test("gets a new secret while the old one signs beside it for a day, and no longer", async () => {
    const { agency, administrator, approver, secret, id } = await scene();
    expect(codeOf(await rotateWebhook(approver, { id }))).toBe("not_permitted");
    const turned = value(await rotateWebhook(administrator, { id }));
    const fresh = turned.secret ?? "";
    const now = instant(Date.now());
    expect([fresh.startsWith("whsec_"), fresh === secret]).toEqual([true, false]);
    expect(Math.abs((turned.rotatingUntil ?? 0) - now - DAY)).toBeLessThan(MINUTE);
    await told(agency, "while");
    expect(await round(now)).toBe(1);
    const [call] = calls;
    if (call === undefined) throw new Error("nothing came");
    for (const each of [secret, fresh])
      expect(new Webhook(each).verify(call.body, call.headers)).toMatchObject({ type: "tillit.decide" });
    await db("owner").webhook.updateMany({ data: { beforeUntil: BigInt(now) } });
    await told(agency, "after");
    expect(await round(now)).toBe(1);
    const after = calls.at(-1) ?? call;
    expect(new Webhook(fresh).verify(after.body, after.headers)).toMatchObject({ type: "tillit.decide" });
    expect(() => new Webhook(secret).verify(after.body, after.headers)).toThrow();
    const [shown] = value(await listWebhooks(administrator, { id: agency })).items;
    expect(shown?.rotatingUntil).toBeNull();
  });

  test("is an administrator's of its own agency: nobody else, and no token, makes, changes or removes one", async () => {
    const { agency, administrator, approver, id } = await scene();
    const stranger = (await scene()).administrator;
    const wish = { id: agency, url: HOOK, kinds: ["decide"] as const };
    const make = (actor: typeof approver) => createWebhook(actor, { ...wish, kinds: ["decide"] });
    expect(codeOf(await make(approver))).toBe("not_permitted");
    expect(codeOf(await make(stranger))).toBe("not_permitted");
    expect(codeOf(await make(asToken(administrator)))).toBe("tokens_never_decide");
    expect(codeOf(await removeWebhook(approver, { id }))).toBe("not_permitted");
    expect(codeOf(await removeWebhook(stranger, { id }))).toBe("not_found");
    expect(codeOf(await listDeliveries(stranger, { id }))).toBe("not_found");
    expect(value(await removeWebhook(administrator, { id })).items).toEqual([]);
  });
});
