import { once } from "node:events";
import { SMTPServer } from "smtp-server";

/** One mail as the server took it; the text with its transfer encoding undone. */
export type Received = { readonly to: string; readonly subject: string; readonly raw: string; readonly text: string };

// Quoted-printable (RFC 2045 §6.7) and encoded words in quoted form (RFC 2047), as far as our own mails use them.
const bytesOf = (text: string): string =>
  Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

const header = (raw: string, name: string): string => {
  const line =
    new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, "m").exec(raw)?.[1]?.replaceAll(/\r\n[ \t]+/g, " ") ?? "";
  return line
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?UTF-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, said: string) =>
      kind.toUpperCase() === "B" ? Buffer.from(said, "base64").toString("utf8") : bytesOf(said.replaceAll("_", " ")),
    );
};

const read = (raw: string): Received => {
  const body = raw.slice(raw.indexOf("\r\n\r\n") + 4);
  const base64 = /^Content-Transfer-Encoding: base64/im.test(raw);
  const quoted = /^Content-Transfer-Encoding: quoted-printable/im.test(raw);
  const text = base64
    ? Buffer.from(body, "base64").toString("utf8")
    : quoted
      ? bytesOf(body.replaceAll("=\r\n", ""))
      : body;
  return { to: header(raw, "To"), subject: header(raw, "Subject"), raw, text };
};

/** A real SMTP server that keeps what it takes; while `away` it answers 451, as one that is busy does. */
export const startSmtp = async () => {
  const received: Received[] = [];
  const state = { away: false };
  const waiting: ((mail: Received) => void)[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) =>
      done(state.away ? Object.assign(new Error("try again later"), { responseCode: 451 }) : null),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const mail = read(Buffer.concat(chunks).toString("utf8"));
        received.push(mail);
        for (const tell of waiting.splice(0)) tell(mail);
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    received,
    state,
    /** The next mail that comes. */
    arrival: () => new Promise<Received>((resolve) => waiting.push(resolve)),
    close: () => new Promise<void>((resolve) => server.close(resolve)),
  };
};
