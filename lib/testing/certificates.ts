import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** Certificates made on the spot, so that a test breaks exactly what it means to break. Worth nothing outside tests. */
export type Issued = { readonly cert: string; readonly key: string };
type Signer = { readonly name: string; readonly key: KeyObject };
/** An authority: its own certificate, and what signs for it. */
export type TestAuthority = { readonly pem: string; readonly signer: Signer };

const DAY = 24 * 60 * 60_000;

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
};
const seq = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const bits = (bytes: Uint8Array): Buffer => tlv(0x03, Buffer.from([0]), bytes);

const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const base128 = (value: number): number[] =>
    value < 128 ? [value] : [...base128(Math.floor(value / 128)).map((byte) => byte | 0x80), value % 128];
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
};

const time = (at: number): Buffer =>
  tlv(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
const nameOf = (common: string): Buffer => seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0c, Buffer.from(common)))));
const ECDSA_SHA256 = seq(oid("1.2.840.10045.4.3.2"));
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replace(/(.{64})(?=.)/g, "$1\n")}\n-----END CERTIFICATE-----\n`;

type Wanted = {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly by: Signer;
  readonly from: number;
  readonly until: number;
  readonly extension: Buffer;
};

const certificate = ({ subject, publicKey, by, from, until, extension }: Wanted): string => {
  const body = seq(
    tlv(0xa0, Buffer.from([0x02, 0x01, 0x02])),
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(by.name),
    seq(time(from), time(until)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, seq(extension)),
  );
  return pem(seq(body, ECDSA_SHA256, bits(sign("sha256", body, by.key))));
};

const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

/** An authority of its own, or one below another. */
export const testAuthority = (above?: TestAuthority): TestAuthority => {
  const { publicKey, privateKey } = pair();
  const name = `tests ${createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 8)}`;
  const signer = { name, key: privateKey };
  const extension = seq(oid("2.5.29.19"), TRUE, tlv(0x04, seq(TRUE)));
  const [from, until] = [Date.now() - 900 * DAY, Date.now() + 900 * DAY];
  return {
    pem: certificate({ subject: name, publicKey, by: above?.signer ?? signer, from, until, extension }),
    signer,
  };
};

/**
 * A server's certificate for these DNS names.
 *
 * @param by who signs; absent for one that signs itself
 * @param times validity as ms from now; a year from yesterday unless given
 */
export const issue = (
  names: readonly string[],
  by?: TestAuthority,
  times: { readonly from: number; readonly until: number } = { from: -DAY, until: 365 * DAY },
): Issued => {
  const { publicKey, privateKey } = pair();
  const subject = names[0] ?? "nobody";
  const san = seq(...names.map((name) => tlv(0x82, Buffer.from(name))));
  const cert = certificate({
    subject,
    publicKey,
    by: by?.signer ?? { name: subject, key: privateKey },
    from: Date.now() + times.from,
    until: Date.now() + times.until,
    extension: seq(oid("2.5.29.17"), tlv(0x04, san)),
  });
  return { cert, key: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
};
