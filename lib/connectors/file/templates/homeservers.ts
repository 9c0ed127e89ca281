import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Limits } from "../../connector.ts";
import { between, headOf, inOrder, literal, namesOfLines, reader, type Template, textOf } from "./template.ts";

const BASE = { maxNames: MAX_ENTRIES, holdsOutbound: true, verifiesSignature: false, keepsOrder: true } as const;
const AFTER_RESTART: Limits = {
  ...BASE,
  takesEffect: "after_restart",
  effectWithin: Number.MAX_SAFE_INTEGER,
  portsInNames: true,
};
const AT_ONCE: Limits = { ...BASE, takesEffect: "at_once", effectWithin: 5000, portsInNames: false };

const SYNAPSE_OPEN = "federation_domain_whitelist:";
/** An empty block would be YAML's null, which Synapse takes for no list at all: nobody is written as an empty sequence. */
const SYNAPSE_NOBODY = "federation_domain_whitelist: []";
const SYNAPSE_LINE = /^ {2}- "(?<name>[^"\s]+)"$/;

/** A second `--config-path` of a Synapse without our module (`config/federation.py`): exact names, read at start only. */
export const synapseFile: Template = {
  limits: AFTER_RESTART,
  render: (input) => {
    const names = inOrder(input.names).map((name) => `  - "${name}"`);
    return textOf([...headOf(input), ...(names.length === 0 ? [SYNAPSE_NOBODY] : [SYNAPSE_OPEN, ...names])]);
  },
  read: reader((lines) => {
    if (lines.length === 1 && lines[0] === SYNAPSE_NOBODY) return [];
    const names = between(lines, [SYNAPSE_OPEN], []);
    return names === undefined || names.length === 0 ? undefined : namesOfLines(names, SYNAPSE_LINE);
  }),
};

/** Matches no server name, since none is empty: where an empty list would mean everybody, this stands in it. */
const NOBODY = `    '^$',`;
const PATTERN = /^ {4}'\^(?<name>[^']+)\$',$/;

const tomlList = (key: string, before: readonly string[]): Pick<Template, "render" | "read"> => {
  const opening = ["[global]", ...before, `${key} = [`, NOBODY];
  return {
    // In TOML's single quotes a backslash is a backslash.
    render: (input) =>
      textOf([...headOf(input), ...opening, ...inOrder(input.names).map((name) => `    '^${literal(name)}$',`), "]"]),
    read: reader((lines) => {
      const patterns = between(lines, opening, ["]"]);
      if (patterns === undefined) return undefined;
      const plain = patterns.map((line) => line.replaceAll(/\\([.[\]\\+*?^${}()|/])/g, "$1"));
      const names = namesOfLines(plain, PATTERN);
      // A pattern that is not a name's own would open more than the name.
      const faithful = names?.every((name, at) => patterns[at] === `    '^${literal(name)}$',`);
      return faithful === true ? names : undefined;
    }),
  };
};

/** Tuwunel: unanchored regular expressions by nature, so each is anchored; its empty list is everybody, so none is written. */
export const tuwunel: Template = {
  limits: AT_ONCE,
  ...tomlList("allowed_remote_server_names_experimental", []),
};

/** Continuwuity: the allow-list does nothing by itself, so everybody is forbidden first. It sees names without their port. */
export const continuwuity: Template = {
  limits: AT_ONCE,
  ...tomlList("allowed_remote_server_names", ["forbidden_remote_server_names = ['.*']"]),
};
