import type { ServerName } from "#lib/domain/server-name.ts";
import { MAX_ENTRIES } from "#lib/signing/documents.ts";
import type { Limits } from "../../connector.ts";
import { originsOf } from "./addresses.ts";
import { headOf, namesOfLines, reader, type Template, textOf } from "./template.ts";
import { headerForm, REFUSAL } from "./x-matrix.ts";

const LIMITS: Limits = {
  takesEffect: "at_once",
  effectWithin: 5000,
  maxNames: MAX_ENTRIES,
  portsInNames: true,
  holdsOutbound: false,
  verifiesSignature: false,
  keepsOrder: true,
};

const RULE = /^(?:any|g\w{16})\/(?<name>\S+) 1$/;

/** The map of names for HAProxy 2.4 and later: `GROUP/NAME 1`; what is not in it is refused. */
export const haproxy: Template = {
  limits: LIMITS,
  render: (input) => {
    const rules = originsOf(input).groups.flatMap(({ id, names }) => names.map((name) => `${id}/${name} 1`));
    return textOf([...headOf(input), ...rules]);
  },
  read: reader((lines) => namesOfLines(lines, RULE)),
};

/** The map of networks that belongs to it, `NETWORK GROUP`: which names a group holds is in the other file alone. */
export const haproxyNetworks: Template = {
  limits: LIMITS,
  render: (input) => {
    const { networks, otherwise } = originsOf(input);
    const all =
      otherwise === "any"
        ? [
            { network: "0.0.0.0/0", group: "any" },
            { network: "::/0", group: "any" },
          ]
        : [];
    return textOf([...headOf(input), ...[...networks, ...all].map(({ network, group }) => `${network} ${group}`)]);
  },
  read: reader((lines) =>
    lines.every((line) => /^[0-9a-f.:]+\/\d{1,3} (?:any|g\w{16})$/.test(line)) ? [] : undefined,
  ),
};

export type HaproxyServer = {
  /** The homeserver whose requests these are. */
  readonly audience: ServerName;
  /** Name of the backend to which requests go. */
  readonly backend: string;
  readonly names: string;
  readonly networks: string;
};

/** A text in HAProxy's strong quotes, in which nothing is special; used only for texts without an apostrophe. */
const strong = (text: string): string => `'${text}'`;
const header = "req.fhdr(authorization)";
const part = (parameter: string): string =>
  // Two readers look at this: the line's, inside double quotes, and the converter's arguments, inside single ones.
  String.raw`"${header},regsub('^.*[ ,]${parameter}=\"?([^\", ]+).*','\\1')"`;

/**
 * The lines for HAProxy's own `frontend`, which stand there for ever. Paths are judged as decoded, and one that hides
 * "federation" behind dots or doubled slashes is refused.
 */
export const haproxyFrontend = ({ audience, backend, names, networks }: HaproxyServer): string =>
  textOf([
    "acl tillit_federation path,url_dec -i -m reg ^/+_matrix/+(federation|key)",
    String.raw`acl tillit_hidden path,url_dec -i -m reg (//|/\.\.?(/|$)).*(federation|key)|(federation|key).*(//|/\.\.?(/|$))`,
    "acl tillit_keys path /_matrix/key/v2/server",
    "acl tillit_once req.fhdr_cnt(authorization) eq 1",
    `acl tillit_form ${header} -m reg ${strong(headerForm(audience))}`,
    `http-request set-var(txn.tillit_origin) ${part("origin")} if tillit_once tillit_form`,
    `http-request set-var(txn.tillit_key) ${part("key")} if tillit_once tillit_form`,
    `http-request set-var(txn.tillit_sig) ${part("sig")} if tillit_once tillit_form`,
    `http-request set-var(txn.tillit_lets) src,map_ip(${networks},none),concat(/,txn.tillit_origin),map_str(${names},0)`,
    "acl tillit_lets var(txn.tillit_lets) -m str 1",
    "http-request set-var(txn.tillit_refused) bool(true) if tillit_hidden",
    "http-request set-var(txn.tillit_refused) bool(true) if tillit_federation !tillit_keys !tillit_lets",
    "acl tillit_refused var(txn.tillit_refused) -m bool",
    `http-request return status 403 content-type application/json string ${strong(REFUSAL)} if tillit_refused`,
    String.raw`http-request set-header Authorization "X-Matrix origin=\"%[var(txn.tillit_origin)]\",destination=\"${audience}\",key=\"%[var(txn.tillit_key)]\",sig=\"%[var(txn.tillit_sig)]\"" if tillit_federation !tillit_keys`,
    `use_backend ${backend}`,
  ]);
