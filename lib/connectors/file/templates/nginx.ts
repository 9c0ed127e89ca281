import type { ServerName } from "#lib/domain/server-name.ts";
import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Limits } from "../../connector.ts";
import { originsOf } from "./addresses.ts";
import {
  between,
  headOf,
  inOrder,
  namesOfLines,
  reader,
  type Template,
  type TemplateInput,
  textOf,
  type Written,
} from "./template.ts";
import { headerForm, parameterIn, REFUSAL } from "./x-matrix.ts";

const LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 5000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: false,
  verifiesSignature: false,
  keepsOrder: true,
};

/** A parameter of nginx's configuration: inside quotes only these two are special to its reader. */
const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', String.raw`\"`)}"`;

// nginx reads no parameter longer than 4,096 bytes; a name has at most 255.
const CHUNK = 3500;

const chunksOf = (names: readonly ServerName[]): readonly string[] => {
  const chunks: string[] = [];
  let chunk = "";
  for (const name of names) {
    if (chunk.length > CHUNK) {
      chunks.push(chunk);
      chunk = "";
    }
    chunk += ` ${name}`;
  }
  return [...chunks, chunk];
};

/** What the running nginx says that it holds: the position, the number of names, then every name. */
const heldLines = ({ position, names }: Pick<Written, "position" | "names">): readonly string[] => {
  const chunks = chunksOf(names);
  const { epoch, version, digest } = position;
  const all = chunks.map((_, at) => `\${tillit_held_${at}}`).join("");
  return [
    ...chunks.map((chunk, at) => `map "" $tillit_held_${at} { default "${chunk}"; }`),
    `map "" $tillit_held { default "tillit ${epoch}.${version} ${digest} ${names.length}${all}"; }`,
  ];
};

const parsing = (audience: ServerName): readonly string[] => {
  const form = headerForm(audience).replace("^X-Matrix +", "");
  const regex = (...found: readonly string[]): string => quoted(`~^X-Matrix(?= )${found.join("")} +${form}`);
  const rebuilt = String.raw`"X-Matrix origin=\"$tillit_o\",destination=\"${audience}\",key=\"$tillit_k\",sig=\"$tillit_s\""`;
  return [
    "# The origin of a request, if its header has exactly one reading; otherwise nothing.",
    "map $http_authorization $tillit_origin {",
    `    default "";`,
    `    ${regex(parameterIn("origin", "tillit_origin_found"))} $tillit_origin_found;`,
    "}",
    "# What is sent on: the header made anew of its parts, so that no server reads it otherwise.",
    "map $http_authorization $tillit_authorization {",
    `    default "";`,
    `    ${regex(parameterIn("origin", "tillit_o"), parameterIn("key", "tillit_k"), parameterIn("sig", "tillit_s"))}`,
    `        ${rebuilt};`,
    "}",
  ];
};

const BEGIN = ["map_hash_bucket_size 512;", "map_hash_max_size 65536;"];
const NETWORKS = "geo $tillit_from {";
const RULES = ["# Who may come from where.", 'map "$tillit_from $tillit_origin" $tillit_lets {', "    default 0;"];
const RULE = /^ {4}"(?:any|g\w{16}) (?<name>\S+)" 1;$/;

/**
 * For `http { include …; }` of nginx 1.18 and later: `$tillit_lets` is 1 for a request of a listed origin, from a network
 * from which it may come where networks are named; `$tillit_authorization` is what is to be sent on.
 */
export const nginx: Template = {
  limits: LIMITS,
  render: (input: TemplateInput): string => {
    const { groups, networks, otherwise } = originsOf(input);
    // Each key begins with its group, so no name is ever one of nginx's own words (`default`, `include` …).
    const rules = groups.flatMap(({ id, names }) => names.map((name) => `    "${id} ${name}" 1;`));
    const names = inOrder(groups.flatMap((group) => group.names));
    return textOf([
      ...headOf(input),
      ...BEGIN,
      ...parsing(input.audience),
      NETWORKS,
      `    default ${otherwise};`,
      ...networks.map(({ network, group }) => `    ${network} ${group};`),
      "}",
      ...RULES,
      ...rules,
      "}",
      ...heldLines({ position: input.position, names }),
    ]);
  },
  read: reader((lines, { audience, position }) => {
    const rulesAt = lines.indexOf(RULES[1] ?? "") - 1;
    const networksAt = lines.indexOf(NETWORKS);
    const rulesEnd = lines.indexOf("}", rulesAt);
    const networks = between(lines.slice(networksAt, rulesAt), [NETWORKS], ["}"]);
    const fair = /^ {4}(?:default (?:any|none)|[0-9a-f.:]+\/\d{1,3} g\w{16});$/;
    if (networks === undefined || !networks.every((line) => fair.test(line))) return undefined;
    const rules = between(lines.slice(rulesAt, rulesEnd), RULES, []);
    const names = rules === undefined ? undefined : namesOfRules(rules);
    if (names === undefined) return undefined;
    const rest = [...lines.slice(0, networksAt), "|", ...lines.slice(rulesEnd + 1)];
    const expected = [...BEGIN, ...parsing(audience), "|", ...heldLines({ position, names })];
    return rest.join("\n") === expected.join("\n") ? names : undefined;
  }),
};

const namesOfRules = (rules: readonly string[]): readonly ServerName[] | undefined => {
  const names = namesOfLines(rules, RULE);
  return names === undefined ? undefined : inOrder(names);
};

/** How a platform is put behind nginx. */
export type NginxServer = {
  /** Where the homeserver listens: `http://127.0.0.1:8008`. */
  readonly upstream: string;
  /** Where nginx tells on this machine alone what it holds: `127.0.0.1:8010`. */
  readonly readBack: string;
};

/**
 * The part that stands in nginx's own `server` for ever: federation routes for those who are let in, one answer for all
 * others, and everything else as before. Keys and well-known stay open to all: they name nobody else.
 */
export const nginxLocations = ({ upstream }: Pick<NginxServer, "upstream">): string =>
  textOf([
    "# A header that no server may be sent twice is refused by nginx itself; it must read like every other refusal.",
    "error_page 400 413 414 494 =403 @tillit_refused;",
    `location @tillit_refused { internal; default_type application/json; return 403 '${REFUSAL}'; }`,
    "location ^~ /_matrix/federation {",
    "    error_page 418 =403 @tillit_refused;",
    "    if ($tillit_lets = 0) { return 418; }",
    "    proxy_set_header Authorization $tillit_authorization;",
    "    proxy_set_header Host $http_host;",
    "    proxy_set_header X-Forwarded-For $remote_addr;",
    "    proxy_set_header X-Forwarded-Proto $scheme;",
    `    proxy_pass ${upstream};`,
    "}",
    "location = /_matrix/key/v2/server {",
    "    proxy_set_header Host $http_host;",
    `    proxy_pass ${upstream};`,
    "}",
    "# Nobody needs this server to vouch for another's keys.",
    "location ^~ /_matrix/key { error_page 418 =403 @tillit_refused; return 418; }",
    "location / {",
    "    proxy_set_header Host $http_host;",
    "    proxy_set_header X-Forwarded-For $remote_addr;",
    "    proxy_set_header X-Forwarded-Proto $scheme;",
    `    proxy_pass ${upstream};`,
    "}",
  ]);

/** A second `server` for this machine alone, from which the agent reads what the running nginx holds. */
export const nginxReadBack = ({ readBack }: Pick<NginxServer, "readBack">): string =>
  textOf([
    `server { listen ${readBack}; default_type text/plain; allow 127.0.0.1; deny all;`,
    String.raw`    location = /tillit { return 200 "$tillit_held\n"; } }`,
  ]);
