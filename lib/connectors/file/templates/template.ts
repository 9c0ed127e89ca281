import { byCodePoint } from "#lib/domain/canonical.ts";
import type { Cidr } from "#lib/domain/network.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import type { Limits, ListPosition } from "../../connector.ts";

/** From which networks a request may come. Absent: from anywhere. Present: whoever has no network is let in from nowhere. */
export type AddressBook = {
  readonly partners: Readonly<Record<string, readonly Cidr[]>>;
  /** Networks of the portal's probe, which may ask as any name and is answered like that name. */
  readonly probes: readonly Cidr[];
};

/** A host and port to which the homeserver may open a connection. */
export type Outbound = { readonly host: string; readonly port: number };

/** All that a template may depend on. */
export type TemplateInput = {
  /** The homeserver whose list it is. */
  readonly audience: ServerName;
  readonly position: ListPosition;
  /** The names open now. */
  readonly names: readonly ServerName[];
  readonly addresses?: AddressBook;
  /** Where each name was found, for templates that hold outbound connections. */
  readonly outbound?: Readonly<Record<string, readonly Outbound[]>>;
};

/** What a text of ours says, read from the text itself. */
export type Written = {
  readonly audience: ServerName;
  readonly position: ListPosition;
  /** Every name that its rules open, in order, each once. */
  readonly names: readonly ServerName[];
};

export type Template = {
  readonly limits: Limits;
  /** The file's whole text. Names that this place cannot hold are left out, never widened. */
  readonly render: (input: TemplateInput) => string;
  /** The inverse; undefined for a text that is not one of ours in every line. */
  readonly read: (text: string) => Written | undefined;
};

const NOTE = "# Written by Tillit. What is changed here by hand is found, reported and written over.";
const HEAD =
  /^# tillit list=(?<epoch>\d{1,15})\.(?<version>\d{1,15}) digest=(?<digest>sha256:[\w-]+) for=(?<audience>\S+)$/;

/** The two lines that each file begins with: `#` is a comment in every language that is written here. */
export const headOf = ({ audience, position: { epoch, version, digest } }: TemplateInput): readonly string[] => [
  `# tillit list=${epoch}.${version} digest=${digest} for=${audience}`,
  NOTE,
];

type Head = Pick<Written, "audience" | "position">;

const readHead = ([first = "", second]: readonly string[]): Head | undefined => {
  const found = HEAD.exec(first)?.groups;
  const audience = parseServerName(found?.["audience"] ?? "");
  if (found === undefined || !audience.ok || second !== NOTE) return undefined;
  const position = {
    epoch: Number(found["epoch"]),
    version: Number(found["version"]),
    digest: found["digest"] ?? "",
  };
  return { audience: audience.value, position };
};

/** Names in order, each once. */
export const inOrder = (names: Iterable<ServerName>): readonly ServerName[] =>
  [...new Set(names)].toSorted(byCodePoint);

/** How a template reads the lines between the head and the end of its file. */
export type BodyReader = (lines: readonly string[], head: Head) => Iterable<ServerName> | undefined;

/** Makes a template's `read` from a reader of its body. */
export const reader =
  (body: BodyReader) =>
  (text: string): Written | undefined => {
    const lines = text.split("\n");
    const head = readHead(lines);
    if (head === undefined || lines.at(-1) !== "") return undefined;
    const names = body(lines.slice(2, -1), head);
    return names === undefined ? undefined : { ...head, names: inOrder(names) };
  };

/**
 * The names of lines that must all have one form, whose group `name` is the name.
 *
 * @returns undefined where a single line is otherwise: then somebody else's hand was there
 */
export const namesOfLines = (lines: readonly string[], form: RegExp): readonly ServerName[] | undefined => {
  const names: ServerName[] = [];
  for (const line of lines) {
    const name = parseServerName(form.exec(line)?.groups?.["name"] ?? "");
    if (!name.ok) return undefined;
    names.push(name.value);
  }
  return names;
};

/** The lines between two that must stand there; undefined where they do not. */
export const between = (
  lines: readonly string[],
  before: readonly string[],
  after: readonly string[],
): readonly string[] | undefined => {
  const begins = before.every((line, at) => lines[at] === line);
  const ends = after.every((line, at) => lines[lines.length - after.length + at] === line);
  const room = lines.length >= before.length + after.length;
  return begins && ends && room ? lines.slice(before.length, lines.length - after.length) : undefined;
};

/** Joins lines to a text file. */
export const textOf = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

/** A name as a regular expression that matches it and nothing else; for names, only these characters mean anything. */
export const literal = (name: string): string => name.replaceAll(/[.[\]\\+*?^${}()|/]/g, String.raw`\$&`);
