import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCidr } from "#lib/domain/network.ts";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import {
  newFolder,
  type RawAnswer,
  sendRaw,
  startHaproxy,
  startNginx,
  startUpstream,
  type Upstream,
} from "./programs.fixture.ts";
import { TEMPLATES, type TemplateName } from "./templates/all.ts";
import type { TemplateInput } from "./templates/template.ts";

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const network = (text: string) => must(parseCidr(text));

const self = named("chat.self.example");
const a = named("chat.a.example");
const b = named("chat.b.example:8449");
const words = ["default", "include", "hostnames", "volatile", "tele2.se", "nyn.se", "ryd.se", "[2001:db8::1]:8448"].map(
  named,
);
const BOOK: TemplateInput["addresses"] = {
  partners: { [a]: [network("192.0.2.0/24"), network("127.0.0.1")], [b]: [network("198.51.100.0/24")] },
  probes: [network("203.0.113.9")],
};

type Asked = {
  readonly path?: string;
  readonly from?: string;
  readonly authorization?: readonly string[];
  readonly method?: string;
};
type Proxy = {
  readonly ask: (asked: Asked) => Promise<RawAnswer>;
  readonly upstream: Upstream;
  readonly stop: () => Promise<void>;
};

const VERSION = "/_matrix/federation/v1/version";
const signed = (origin: string): string =>
  `X-Matrix origin="${origin}",destination="${self}",key="ed25519:a_1",sig="AAAA"`;

const asking =
  (port: number): Proxy["ask"] =>
  ({ path = VERSION, from, authorization = [], method = "GET" }) =>
    sendRaw(port, [
      `${method} ${path} HTTP/1.1`,
      `Host: ${self}`,
      ...(from === undefined ? [] : [`X-Test-From: ${from}`]),
      ...authorization.map((value) => `Authorization: ${value}`),
    ]);

const write = async (folder: string, template: TemplateName, over: Partial<TemplateInput>): Promise<string> => {
  const file = join(folder, `${template}.rules`);
  const position = { epoch: 1, version: 1, digest: `sha256:${"A".repeat(43)}` };
  await writeFile(file, TEMPLATES[template].render({ audience: self, position, names: [a, b, ...words], ...over }));
  return file;
};

const inFrontOfUpstream = async (
  start: (folder: string, upstream: Upstream) => Promise<{ readonly port: number; readonly stop: () => Promise<void> }>,
): Promise<Proxy> => {
  const { folder, remove } = await newFolder();
  const upstream = await startUpstream();
  const proxy = await start(folder, upstream);
  return {
    ask: asking(proxy.port),
    upstream,
    stop: async () => {
      await proxy.stop();
      await upstream.close();
      await remove();
    },
  };
};

const STARTS: Readonly<Record<string, (over: Partial<TemplateInput>) => Promise<Proxy>>> = {
  nginx: (over) =>
    inFrontOfUpstream(async (folder, upstream) =>
      startNginx({
        folder,
        rules: await write(folder, "nginx", over),
        upstream: `http://127.0.0.1:${upstream.port}`,
      }),
    ),
  haproxy: (over) =>
    inFrontOfUpstream(async (folder, upstream) =>
      startHaproxy({
        folder,
        audience: self,
        names: await write(folder, "haproxy", over),
        networks: await write(folder, "haproxy-networks", over),
        upstreamPort: upstream.port,
      }),
    ),
};

/** What anybody can compare of two answers; the date tells nobody anything. */
const comparable = ({ status, headers, body }: RawAnswer): string =>
  `${status}\n${headers.replace(/^date:.*$/im, "date")}\n${body}`;

const LISTED: Readonly<Record<string, string>> = {
  quoted: signed(a),
  unquoted: `X-Matrix origin=${a},destination=${self},key=ed25519:a_1,sig=AAAA`,
  "partly quoted, in another order": `X-Matrix key="ed25519:a_1",sig=AAAA,destination="${self}",origin=${a}`,
  "with blanks around commas": `X-Matrix  origin="${a}" , destination="${self}" ,key="ed25519:a_1", sig="AAAA" `,
  "with a port": signed(b),
};

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "no header": [],
  "an empty header": [""],
  "another scheme": [`Bearer origin="${a}"`],
  "a name on no list": [signed("chat.stranger.example")],
  "a name that ends like a listed one": [signed(`evil${a}`)],
  "a name below a listed one": [signed(`x.${a}`)],
  "a name that begins like a listed one": [signed(`${a}.evil.org`)],
  "another character for a dot": [signed(a.replace(".", "x"))],
  "the listed name with a port that is not listed": [signed(`${a}:8448`)],
  "a listed name without its port": [signed("chat.b.example")],
  "upper case": [signed(a.toUpperCase())],
  "a dot at the end": [signed(`${a}.`)],
  "percent-encoded": [signed(a.replace(".", "%2e"))],
  "a backslash": [signed(a.replace(".", String.raw`\.`))],
  "blanks in the name": [signed(` ${a}`)],
  "a tab before the name": [`X-Matrix\torigin="${a}",destination="${self}",key="ed25519:a_1",sig="AAAA"`],
  "an empty name": [signed("")],
  "two headers, the listed name first": [signed(a), signed("chat.stranger.example")],
  "two headers, the listed name last": [signed("chat.stranger.example"), signed(a)],
  "two headers, both listed": [signed(a), signed(a)],
  "two origins, the listed one first": [signed(a).replace(",dest", `,origin="chat.stranger.example",dest`)],
  "two origins, the listed one last": [signed(a).replace("origin", `origin="chat.stranger.example",origin`)],
  "two schemes in one header": [`${signed(a)}, ${signed("chat.stranger.example")}`],
  "a parameter that nobody knows": [`${signed(a)},x="1"`],
  "an origin hidden in another parameter": [signed("chat.stranger.example").replace("AAAA", `AAAA,origin=${a}`)],
  "half a quote": [signed(a).replace(`"${a}"`, `"${a}`)],
  "two names in one value": [signed(`${a},chat.stranger.example`)],
  "another destination": [signed(a).replace(self, "chat.other.example")],
  "no destination": [`X-Matrix origin="${a}",key="ed25519:a_1",sig="AAAA"`],
  "no signature": [`X-Matrix origin="${a}",destination="${self}",key="ed25519:a_1"`],
  "the parameter's name in upper case": [signed(a).replace("origin", "ORIGIN")],
};

const HIDDEN = [
  "/_matrix//federation/v1/version",
  "//_matrix/federation/v1/version",
  "/%5Fmatrix/federation/v1/version",
  "/_matrix/%66ederation/v1/version",
  "/_matrix/federation%2Fv1/version",
  "/_matrix/client/../federation/v1/version",
  "/_matrix/client/%2e%2e/federation/v1/version",
  "/_matrix/./federation/v1/version",
  "/_matrix/federation",
  "/_matrix/key/v2/query",
  "/_matrix/key/v2/query/chat.a.example",
];

describe.each(Object.keys(STARTS))("a real %s with the generated list", (kind) => {
  let proxy: Proxy;
  let refusal: string;
  const start = (over: Partial<TemplateInput>): Promise<Proxy> => {
    const one = STARTS[kind];
    if (one === undefined) throw new Error(kind);
    return one(over);
  };
  beforeAll(async () => {
    proxy = await start({});
    refusal = comparable(await proxy.ask({ authorization: [signed("chat.stranger.example")] }));
    expect(refusal).toContain("Federation denied with");
  });
  afterAll(() => proxy.stop());

  it.each(Object.entries(LISTED))("lets a listed origin through: %s", async (_, authorization) => {
    expect((await proxy.ask({ authorization: [authorization] })).status).toBe(200);
    // The server behind sees the one reading that was judged, and nothing else of the caller's header.
    expect(proxy.upstream.seen.at(-1)?.headers.authorization).toMatch(
      /^X-Matrix origin="[^",]+",destination="chat\.self\.example",key="ed25519:a_1",sig="AAAA"$/,
    );
  });

  it("lets a name through that is a word of its own configuration, and none besides", async () => {
    for (const name of words) expect((await proxy.ask({ authorization: [signed(name)] })).status, name).toBe(200);
    for (const name of ["ele2.se", "yn.se", "yd.se", "any", "none"]) {
      expect(comparable(await proxy.ask({ authorization: [signed(name)] })), name).toBe(refusal);
    }
  });

  it.each(Object.entries(REFUSED))("answers all others alike: %s", async (_, authorization) => {
    const before = proxy.upstream.seen.length;
    expect(comparable(await proxy.ask({ authorization }))).toBe(refusal);
    expect(proxy.upstream.seen).toHaveLength(before);
  });

  it.each(HIDDEN)("shuts every spelling of a federation route: %s", async (path) => {
    const before = proxy.upstream.seen.length;
    expect(comparable(await proxy.ask({ path, authorization: [signed("chat.stranger.example")] }))).toBe(refusal);
    expect(proxy.upstream.seen).toHaveLength(before);
  });

  it("leaves keys, well-known and the clients' routes to everybody", async () => {
    const open = ["/_matrix/key/v2/server", "/.well-known/matrix/server", "/_matrix/client/versions"];
    for (const path of open) expect((await proxy.ask({ path })).status, path).toBe(200);
  });

  it("an empty list lets nobody in", async () => {
    const empty = await start({ names: [] });
    try {
      for (const name of [a, b, ...words, "any", "none", "0"]) {
        expect(comparable(await empty.ask({ authorization: [signed(name)] })), name).toBe(refusal);
      }
      expect(empty.upstream.seen).toHaveLength(0);
    } finally {
      await empty.stop();
    }
  });

  it("with networks named, each partner comes only as itself and from its own, and the portal's probe as any", async () => {
    const strict = await start({ addresses: BOOK });
    const status = async (from: string, name: string): Promise<number> => {
      const answer = await strict.ask({ from, authorization: [signed(name)] });
      if (answer.status !== 200) expect(comparable(answer)).toBe(refusal);
      return answer.status;
    };
    try {
      expect([await status("192.0.2.7", a), await status("198.51.100.7", b)]).toEqual([200, 200]);
      expect([await status("192.0.2.7", b), await status("198.51.100.7", a)]).toEqual([403, 403]);
      expect([await status("203.0.113.9", a), await status("203.0.113.9", b)]).toEqual([200, 200]);
      expect([await status("203.0.113.9", "chat.stranger.example"), await status("203.0.113.10", a)]).toEqual([
        403, 403,
      ]);
      expect(await status("192.0.2.7", "default")).toBe(403);
    } finally {
      await strict.stop();
    }
  });
});
