import { err, ok, type Result } from "#lib/domain/result.ts";
import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Limits } from "../../connector.ts";
import { headOf, inOrder, literal, namesOfLines, reader, type Template, textOf } from "./template.ts";

/** What is supposed of a file that somebody else has described. */
export const OWN_LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 10_000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: false,
  verifiesSignature: false,
  keepsOrder: true,
};
const EACH = "{{each}}";
const NONE = "{{none}}";
const WORD = /\{\{[^}]*\}\}/g;
const KNOWN = new Set([EACH, NONE, "{{name}}", "{{pattern}}"]);

const faultIn = (lines: readonly string[]): string | undefined => {
  const unknown = lines.flatMap((line) => line.match(WORD) ?? []).find((word) => !KNOWN.has(word));
  if (unknown !== undefined) return `no such word: ${unknown}`;
  const each = lines.filter((line) => line.startsWith(EACH));
  if (each.length !== 1) return "exactly one line must begin with {{each}}";
  if (!/\{\{(?:name|pattern)\}\}/.test(each[0] ?? ""))
    return "the line of {{each}} holds neither {{name}} nor {{pattern}}";
  // An empty list means everybody in more places than not: what stands there must be said, not left out.
  if (!lines.some((line) => line.startsWith(NONE)))
    return "a line beginning with {{none}} must say what closes an empty list";
  const elsewhere = lines.some((line) => !line.startsWith(EACH) && /\{\{(?:each|name|pattern)\}\}/.test(line));
  return elsewhere ? "{{name}} and {{pattern}} stand in the line of {{each}} alone" : undefined;
};

/**
 * A template of one's own: plain text in which the line that begins with `{{each}}` is written once a name (`{{name}}`,
 * or `{{pattern}}`: the name as a regular expression, to be anchored), and lines that begin with `{{none}}` stand only
 * where there is no name. `#` must begin a comment in the file.
 *
 * @returns the template, or in words why it is broken
 */
export const ownTemplate = (source: string): Result<Template, string> => {
  const lines = source.replace(/\n$/, "").split("\n");
  const fault = faultIn(lines);
  if (fault !== undefined) return err(fault);
  const bodyOf = (names: readonly string[]): readonly string[] =>
    lines.flatMap((line) => {
      if (line.startsWith(NONE)) return names.length === 0 ? [line.slice(NONE.length)] : [];
      if (!line.startsWith(EACH)) return [line];
      const one = line.slice(EACH.length);
      return names.map((name) => one.replaceAll("{{name}}", name).replaceAll("{{pattern}}", () => literal(name)));
    });
  const said = /^# name (?<name>\S+)$/;
  return ok({
    limits: OWN_LIMITS,
    render: (input) => {
      const names = inOrder(input.names);
      return textOf([...headOf(input), ...names.map((name) => `# name ${name}`), ...bodyOf(names)]);
    },
    read: reader((rest) => {
      const first = rest.findIndex((line) => !said.test(line));
      const names = (first === -1 ? rest : rest.slice(0, first)).map((line) => said.exec(line)?.groups?.["name"] ?? "");
      const expected = [...names.map((name) => `# name ${name}`), ...bodyOf(names)];
      if (expected.join("\n") !== rest.join("\n")) return undefined;
      return namesOfLines(names, /^(?<name>.*)$/);
    }),
  });
};
