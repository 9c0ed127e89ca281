import { err, ok, type Result } from "./result.ts";

/** A network as firewalls write it: address and prefix length, host bits zero, IPv6 in its shortest spelling. */
export type Cidr = string & { readonly __brand: "Cidr" };

const DIGITS = /^\d{1,3}$/;
const V4_BITS = 32;
const V6_BITS = 128;

type Address = { readonly bits: number; readonly value: bigint };

const readV4 = (text: string): Address | undefined => {
  const parts = text.split(".");
  const good = parts.length === 4 && parts.every((part) => DIGITS.test(part) && String(Number(part)) === part);
  if (!good || parts.some((part) => Number(part) > 255)) return undefined;
  return { bits: V4_BITS, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
};

const readV6 = (text: string): Address | undefined => {
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !URL.canParse(`http://[${text}]/`)) return undefined;
  // The URL's own spelling has no dotted part left, so groups are all that remain.
  const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const all = [...before, ...zeros, ...after];
  return { bits: V6_BITS, value: all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
};

const readAddress = (text: string): Address | undefined => (text.includes(":") ? readV6(text) : readV4(text));

const write = ({ bits, value }: Address): string => {
  if (bits === V4_BITS) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 65_535n).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
};

const parts = (text: string): { readonly address: Address; readonly length: number } | undefined => {
  const [host = "", prefix, more] = text.trim().split("/");
  const address = readAddress(host);
  if (address === undefined || more !== undefined) return undefined;
  if (prefix !== undefined && (!DIGITS.test(prefix) || String(Number(prefix)) !== prefix)) return undefined;
  const length = prefix === undefined ? address.bits : Number(prefix);
  return length > address.bits ? undefined : { address, length };
};

/**
 * Reads an address or a network as a person wrote it: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
 *
 * @returns the network in its one spelling. Refused: anything else, host bits that are set (a slip, most often), and a
 * prefix of 0, which would be everybody
 */
export const parseCidr = (text: string): Result<Cidr, "invalid_network"> => {
  const read = parts(text);
  if (read === undefined || read.length === 0) return err("invalid_network");
  const { address, length } = read;
  const free = BigInt(address.bits - length);
  if ((address.value >> free) << free !== address.value) return err("invalid_network");
  return ok(`${write(address)}/${length}` as Cidr);
};

/** Whether every address of `inner` lies in `outer`. */
export const containsCidr = (outer: Cidr, inner: Cidr): boolean => {
  const [big, small] = [parts(outer), parts(inner)];
  if (big === undefined || small === undefined || big.address.bits !== small.address.bits) return false;
  const free = BigInt(big.address.bits - big.length);
  return big.length <= small.length && big.address.value >> free === small.address.value >> free;
};
