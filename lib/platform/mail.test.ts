import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { setLogLevel } from "./log.ts";
import { sendMail } from "./mail.ts";

const servers: SMTPServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A real SMTP server that keeps what it receives. */
const startSmtp = async (): Promise<{ url: string; received: string[] }> => {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        received.push(Buffer.concat(chunks).toString("utf8"));
        done();
      });
    },
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address: AddressInfo | string | null = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `smtp://127.0.0.1:${address.port}`, received };
};

describe("mail", () => {
  it("reaches a real SMTP server with its text", async () => {
    const { url, received } = await startSmtp();
    const sent = await sendMail(
      { smtpUrl: url, mailFrom: "tillit@portal.example" },
      { to: "astrid@fv.example", subject: "Sign in", text: "https://portal.example/sign-in/link#abc" },
    );
    expect(sent.ok).toBe(true);
    expect(received).toHaveLength(1);
    expect(received[0]).toContain("To: astrid@fv.example");
    expect(received[0]).toContain("https://portal.example/sign-in/link#abc");
  });
  it("says so when no server is set, and when the server is away", async () => {
    const mail = { to: "a@b.example", subject: "s", text: "t" };
    expect(await sendMail({ smtpUrl: undefined, mailFrom: "x@y.example" }, mail)).toEqual({
      ok: false,
      error: "mail_not_set",
    });
    setLogLevel("silent");
    expect(await sendMail({ smtpUrl: "smtp://127.0.0.1:1", mailFrom: "x@y.example" }, mail)).toEqual({
      ok: false,
      error: "mail_failed",
    });
  });
});
