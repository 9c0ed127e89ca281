import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newTraceId } from "#lib/platform/ids.ts";
import { actorBy, begin, openPortal } from "#lib/testing/sign-in/portal.ts";
import { linksAreOpen, redeemLink, requestLink } from "./sign-in-links.ts";

const mails: string[] = [];
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onData: (stream, _session, done) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      // Undoes the soft line breaks of quoted-printable (RFC 2045 §6.7).
      mails.push(Buffer.concat(chunks).toString("utf8").replaceAll("=\r\n", ""));
      done();
    });
  },
});

let portal: Awaited<ReturnType<typeof openPortal>>;
let start: Awaited<ReturnType<typeof begin>>;
beforeAll(async () => {
  smtp.listen(0, "127.0.0.1");
  await once(smtp.server, "listening");
  const address = smtp.server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  portal = await openPortal({ SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: "tillit@portal.test" });
  start = await begin();
});
beforeEach(() => mails.splice(0));
afterAll(async () => {
  await portal.close();
  smtp.close();
});

const mailed = async (): Promise<string> => {
  for (let tries = 0; mails.length === 0 && tries < 100; tries += 1) await new Promise((go) => setTimeout(go, 20));
  return mails[0] ?? "";
};

describe("a link by mail", () => {
  it("is not sent while a provider answers", async () => {
    expect(await linksAreOpen()).toBe(false);
    expect(await requestLink({ email: "frida@fv.example" }, newTraceId())).toEqual({ ok: true, value: { ok: true } });
    await new Promise((go) => setTimeout(go, 300));
    expect(mails).toEqual([]);
  });

  it("reaches its person once every provider is away, and signs in once, by its button", async () => {
    await portal.goAway();
    expect(await requestLink({ email: "Frida@FV.example" }, newTraceId())).toEqual({ ok: true, value: { ok: true } });
    const mail = await mailed();
    expect(mail).toContain("To: frida@fv.example");
    const token = /\/sign-in\/link#([\w-]{43})/.exec(mail.replaceAll("=3D", "="))?.[1] ?? "";
    const begun = await redeemLink({ token }, newTraceId());
    expect((await actorBy(begun.ok ? begun.value.secret : undefined))?.person).toBe(start.coordinator.person);
    expect((await redeemLink({ token }, newTraceId())).ok).toBe(false);
  });

  it("is answered alike for an address that nobody has, and sent to nobody", async () => {
    expect(await requestLink({ email: "nobody@fv.example" }, newTraceId())).toEqual({ ok: true, value: { ok: true } });
    await new Promise((go) => setTimeout(go, 300));
    expect(mails).toEqual([]);
  });

  it("is sent to one person at most five times an hour", async () => {
    for (let i = 0; i < 8; i += 1) await requestLink({ email: "frida@fv.example" }, newTraceId());
    await new Promise((go) => setTimeout(go, 500));
    expect(mails).toHaveLength(4);
  });
});
