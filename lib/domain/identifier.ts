import { err, ok, type Result } from "./result.ts";

/** How an organisation is identified. Swedish bodies by organisation number; foreign members by what their register has. */
export const IDENTIFIER_SCHEMES = ["orgnr", "euid", "vat", "lei", "other"] as const;
export type IdentifierScheme = (typeof IDENTIFIER_SCHEMES)[number];

/** A checked identifier, in the one spelling that is stored and compared. */
export type Identifier = {
  readonly scheme: IdentifierScheme;
  readonly value: string;
  readonly __brand: "Identifier";
};

export type IdentifierError = "personal_number" | "invalid_orgnr" | "wrong_check_digit" | "invalid_identifier";

/** The check digit of the Luhn algorithm (ISO/IEC 7812-1, annex B) holds over the whole number. */
export const passesLuhn = (digits: string): boolean => {
  const sum = Array.from(digits)
    .toReversed()
    .map(Number)
    .reduce((total, digit, place) => {
      const doubled = place % 2 === 1 ? digit * 2 : digit;
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return sum % 10 === 0;
};

const leiHolds = (lei: string): boolean => {
  const digits = Array.from(lei, (letter) => Number.parseInt(letter, 36).toString()).join("");
  return BigInt(digits) % 97n === 1n;
};

const readOrgnr = (text: string): Result<string, IdentifierError> => {
  const digits = text.replace(/^16(?=\d{10}$)/, "").replace(/^(\d{6})-(\d{4})$/, "$1$2");
  if (!/^\d{10}$/.test(digits) || Number(digits[2]) < 2) return err("invalid_orgnr");
  return passesLuhn(digits) ? ok(digits) : err("wrong_check_digit");
};

// The day of a coordination number is sixty more (Folkbokföringslagen 1991:481, 18 and 18 a §§).
const BIRTH_NUMBER = /^(?:1[89]|20)?(\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01]))[-+]?(\d{4})$/;

/**
 * Whether an identifier is, or holds, a person's own number: a sole trader's organisation number, and the Swedish VAT
 * number made of it. Such a number is never stored, shown or sent on.
 */
export const isPersonalNumber = (text: string): boolean => {
  const compact = text.replaceAll(/\s+/g, "").toUpperCase();
  const found = BIRTH_NUMBER.exec(compact.replace(/^SE(\d{10})01$/, "$1"));
  return found !== null && passesLuhn(`${found[1]}${found[2]}`);
};

const SHAPES: Readonly<Record<Exclude<IdentifierScheme, "orgnr">, RegExp>> = {
  euid: /^[A-Z]{2}[A-Z0-9]+\.[A-Z0-9._/-]{1,40}$/,
  vat: /^[A-Z]{2}[A-Z0-9]{2,13}$/,
  lei: /^[A-Z0-9]{18}\d{2}$/,
  other: /^[A-Z0-9][A-Z0-9 ._:/-]{1,63}$/,
};

/**
 * Reads an organisation's identifier as a person typed it. A person's own number is refused whatever it is called.
 * `orgnr`: ten digits, third digit ≥ 2, Luhn (Skatteverket, SKV 709); a hyphen or the prefix 16 is accepted.
 * `lei`: ISO 17442 with its check digits. `euid`: Implementing Regulation (EU) 2020/2244, annex. `vat`: Directive 2006/112/EC, art. 215.
 */
export const parseIdentifier = (scheme: IdentifierScheme, text: string): Result<Identifier, IdentifierError> => {
  const value = text
    .trim()
    .replaceAll(/\s+/g, scheme === "other" ? " " : "")
    .toUpperCase();
  if (isPersonalNumber(value)) return err("personal_number");
  if (scheme === "orgnr") {
    const digits = readOrgnr(value);
    return digits.ok ? ok({ scheme, value: digits.value } as Identifier) : digits;
  }
  if (!SHAPES[scheme].test(value)) return err("invalid_identifier");
  if (scheme === "lei" && !leiHolds(value)) return err("wrong_check_digit");
  return ok({ scheme, value } as Identifier);
};

/** How the identifier is written for people: an organisation number with its hyphen. */
export const showIdentifier = ({ scheme, value }: Pick<Identifier, "scheme" | "value">): string =>
  scheme === "orgnr" ? `${value.slice(0, 6)}-${value.slice(6)}` : value;

/** How the identifier is written in documents: `orgnr:2021005521`. */
export const identifierKey = ({ scheme, value }: Pick<Identifier, "scheme" | "value">): string => `${scheme}:${value}`;
