import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Cidr, parseCidr } from "#lib/domain/network.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { probeRuleOf } from "#lib/matrix/probe-rules.ts";
import { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from "./all.ts";
import { outboundOf } from "./squid.ts";
import type { TemplateInput } from "./template.ts";
import { REFUSAL } from "./x-matrix.ts";

const named = (text: string): ServerName => {
  const name = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};
const network = (text: string): Cidr => {
  const read = parseCidr(text);
  if (!read.ok) throw new Error(text);
  return read.value;
};

/** Names that some program reads as a word or an escape of its own, beside any other. */
const WORDS = ["default", "include", "hostnames", "volatile", "tele2.se", "null", "true", "any", "none", "~", "0"];
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
const aName = fc
  .oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    fc.constantFrom(...WORDS),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.tuple(label, fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `${host}.se:${port}`),
  )
  .map(parseServerName)
  .filter((name) => name.ok)
  .map((name) => name.value);
const names = fc.uniqueArray(aName, { maxLength: 20 });

const input = (open: readonly ServerName[], over: Partial<TemplateInput> = {}): TemplateInput => ({
  audience: named("chat.self.example"),
  position: { epoch: 1, version: 7, digest: `sha256:${"A".repeat(43)}` },
  names: open,
  ...over,
});
const render = (template: TemplateName, open: readonly ServerName[], over?: Partial<TemplateInput>): string =>
  TEMPLATES[template].render(input(open, over));

const BY_NAME = TEMPLATE_NAMES.filter((template) => template !== "haproxy-networks");

describe.each(BY_NAME)("the template %s", (template) => {
  it("says, read back, exactly the names that it was given, for any list", () => {
    fc.assert(
      fc.property(names, (open) => {
        const written = TEMPLATES[template].read(render(template, open));
        expect(written?.names).toEqual([...open].toSorted());
        expect(written?.position.version).toBe(7);
        expect(written?.audience).toBe("chat.self.example");
      }),
    );
  });

  it("is no longer taken for its own once any line was changed", () => {
    const whole = render(template, [named("chat.a.example"), named("chat.b.example:8449")]).split("\n");
    for (const [at, line] of whole.entries()) {
      if (line.startsWith("# for ")) continue;
      const changed = whole.with(at, `${line} # edited`).join("\n");
      expect(TEMPLATES[template].read(changed), line).toBeUndefined();
    }
  });

  it("shows a name that another hand has added, or is no longer taken for its own", () => {
    const few = render(template, [named("chat.a.example")]);
    const more = render(template, [named("chat.a.example"), named("chat.evil.example")]);
    const held = TEMPLATES[template].read(more)?.names;
    expect(TEMPLATES[template].read(few)?.names).not.toEqual(held);
  });
});

/** The patterns of a TOML list, as a program that searches for them without anchors of its own would use them. */
const patternsOf = (text: string): readonly RegExp[] =>
  [...text.matchAll(/^ {4}'(.*)',$/gm)].map(([, pattern = ""]) => new RegExp(pattern));

describe.each(["tuwunel", "continuwuity"] as const)("the patterns of %s", (template) => {
  it("match each listed name and no other, for any list and any name", () => {
    fc.assert(
      fc.property(names, aName, (open, other) => {
        const patterns = patternsOf(render(template, open));
        const lets = (name: string): boolean => patterns.some((pattern) => pattern.test(name));
        for (const name of open) expect(lets(name)).toBe(true);
        expect(lets(other)).toBe(open.includes(other));
      }),
    );
  });

  it("match no look-alike: suffix, prefix, another character for a dot, another case, a line more", () => {
    const patterns = patternsOf(render(template, [named("agency.se")]));
    for (const name of [
      "evilagency.se",
      "agency.se.evil.org",
      "agencyxse",
      "x.agency.se",
      "AGENCY.SE",
      "a\nagency.se",
    ]) {
      expect(
        patterns.some((pattern) => pattern.test(name)),
        name,
      ).toBe(false);
    }
  });

  it("are never none at all, since an empty list would mean everybody", () => {
    const patterns = patternsOf(render(template, []));
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.some((pattern) => pattern.test("a.se"))).toBe(false);
  });
});

describe("an empty list is closed in every template", () => {
  it.each([
    ["synapse", /^federation_domain_whitelist: \[\]$/m],
    ["tuwunel", /^allowed_remote_server_names_experimental = \[\n {4}'\^\$',\n\]$/m],
    [
      "continuwuity",
      /^forbidden_remote_server_names = \['\.\*'\]\nallowed_remote_server_names = \[\n {4}'\^\$',\n\]$/m,
    ],
    ["nginx", /^map "\$tillit_from \$tillit_origin" \$tillit_lets \{\n {4}default 0;\n\}$/m],
    ["haproxy", /^(?:#.*\n)+$/],
    ["squid", /^(?:#.*\n)+http_access deny all\n$/],
  ] as const)("%s", (template, closed) => {
    expect(render(template, [])).toMatch(closed);
  });
});

describe("Synapse's list", () => {
  it("keeps names that YAML would read as something else in quotes", () => {
    const text = render("synapse", [named("null"), named("true"), named("1.2.3.4"), named("[::1]:8448")]);
    expect(text.match(/^ {2}- "\S+"$/gm)).toHaveLength(4);
  });
});

describe("with networks named", () => {
  const a = named("chat.a.example");
  const b = named("chat.b.example");
  const addresses = {
    partners: { [a]: [network("192.0.2.0/24")], [b]: [network("192.0.2.128/25")] },
    probes: [network("198.51.100.7")],
  };

  it("a name without a network is let in from nowhere, and the file says that it is not there", () => {
    const text = render("nginx", [a, named("chat.c.example")], { addresses });
    expect(TEMPLATES.nginx.read(text)?.names).toEqual([a]);
  });

  it("the more exact network carries the names of the network around it, and the wider one not those inside", () => {
    const text = render("haproxy", [a, b], { addresses });
    const networks = render("haproxy-networks", [a, b], { addresses });
    const groupOf = (of: string): string => new RegExp(`^${of} (\\S+)$`, "m").exec(networks)?.[1] ?? "";
    const lets = (from: string, name: string): boolean => text.includes(`\n${groupOf(from)}/${name} 1\n`);
    expect([lets("192.0.2.0/24", a), lets("192.0.2.0/24", b)]).toEqual([true, false]);
    expect([lets("192.0.2.128/25", a), lets("192.0.2.128/25", b)]).toEqual([true, true]);
    expect([lets("198.51.100.7/32", a), lets("198.51.100.7/32", b)]).toEqual([true, true]);
  });

  it("an empty list names no network", () => {
    expect(render("haproxy-networks", [], { addresses })).toMatch(/^(?:#.*\n)+$/);
    expect(render("nginx", [], { addresses })).toContain("geo $tillit_from {\n    default none;\n}");
  });
});

describe("squid's rules", () => {
  const name = named("chat.a.example");

  it("name exactly the hosts and ports to which a name led", () => {
    const outbound = { [name]: outboundOf(name, { host: "matrix.a.example", port: 8448 }) };
    expect(render("squid", [name], { outbound }).split("\n").slice(3, -1)).toEqual([
      "acl tillit_port_443 port 443",
      "acl tillit_host_443_0 dstdomain -n chat.a.example",
      "http_access allow CONNECT tillit_port_443 tillit_host_443_0",
      "acl tillit_port_8448 port 8448",
      "acl tillit_host_8448_0 dstdomain -n matrix.a.example",
      "http_access allow CONNECT tillit_port_8448 tillit_host_8448_0",
      "http_access deny all",
    ]);
  });

  it("take no host from a well-known file that squid would read as a pattern or a line", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(".se", "*", "all", "a.se\nhttp_access allow all", "-n")),
        (host) => {
          const text = render("squid", [name], { outbound: { [name]: [{ host, port: 8448 }] } });
          expect(text).not.toMatch(/^http_access allow (?!CONNECT tillit_port_8448 tillit_host_8448_0$)/m);
          expect(text).not.toMatch(/dstdomain -n [.*-]/);
          expect(text.endsWith("\nhttp_access deny all\n")).toBe(true);
        },
      ),
    );
  });
});

describe("the refusal of the proxies", () => {
  it.each(["synapse", "rocketchat", "dendrite"])("is read by the probe as not listed, before %s too", (platform) => {
    const { errcode, error } = z.object({ errcode: z.string(), error: z.string() }).parse(JSON.parse(REFUSAL));
    expect(probeRuleOf(platform).verdictOf(403, errcode, error)).toBe("not_listed");
  });
});
