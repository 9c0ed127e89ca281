import { createTransport } from "nodemailer";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { log } from "./log.ts";

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same for the same mail sent again, so that a reader's program shows it once; without angle brackets. */
  readonly messageId?: string;
};
export type MailSettings = { readonly smtpUrl: string | undefined; readonly mailFrom: string | undefined };

const TIMEOUT_MS = 10_000;

/** Whether mail can be sent at all: a server and a sender are set. */
export const mailIsSet = ({ smtpUrl, mailFrom }: MailSettings): boolean =>
  smtpUrl !== undefined && mailFrom !== undefined;

/**
 * Sends one plain-text mail by SMTP (RFC 5321); waits at most 10 s for each step.
 *
 * @returns `mail_not_set` where no server or sender is set, `mail_failed` where the server did not take it
 */
export const sendMail = async (
  { smtpUrl, mailFrom }: MailSettings,
  { to, subject, text, messageId }: Mail,
): Promise<Result<undefined, "mail_not_set" | "mail_failed">> => {
  if (smtpUrl === undefined || mailFrom === undefined) return err("mail_not_set");
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: mailFrom,
      to,
      subject,
      text,
      // No absence note answers a program (RFC 3834 §5).
      headers: { "Auto-Submitted": "auto-generated" },
      ...(messageId === undefined ? {} : { messageId: `<${messageId}>` }),
    });
    return ok(undefined);
  } catch (error) {
    log.error({ err: error }, "mail was not sent");
    return err("mail_failed");
  } finally {
    transport.close();
  }
};
