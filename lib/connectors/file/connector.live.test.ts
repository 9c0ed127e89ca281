import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import type { Connector } from "../connector.ts";
import { newAuthority } from "../contract.ts";
import type { Authority } from "../contract-subject.ts";
import { fileConnector } from "./connector.ts";
import { localHttp } from "./local-http.ts";
import { newFolder, sendRaw, startHaproxy, startNginx, startUpstream } from "./programs.fixture.ts";
import { type FileForm, fileSettingsForm } from "./settings.ts";
import { TEMPLATES } from "./templates/all.ts";

const must = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
};
const named = (text: string): ServerName => must(parseServerName(text));
const self = named("chat.self.example");
const [a, b] = [named("chat.a.example"), named("chat.b.example:8449")];
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

type Scene = {
  readonly path: string;
  readonly folder: string;
  readonly authority: Authority;
  readonly connector: (over?: Partial<FileForm>, effectWithin?: number) => Connector;
  readonly lets: (name: ServerName) => Promise<boolean>;
};
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const before = { audience: self, position: { epoch: 0, version: 0, digest: "sha256:none" }, names: [] };

const asking =
  (port: number) =>
  async (name: ServerName): Promise<boolean> => {
    const authorization = `X-Matrix origin="${name}",destination="${self}",key="ed25519:a_1",sig="AAAA"`;
    const lines = ["GET /_matrix/federation/v1/version HTTP/1.1", `Host: ${self}`, `Authorization: ${authorization}`];
    return (await sendRaw(port, lines)).status === 200;
  };

const scene = async (
  template: "nginx" | "haproxy",
  start: (folder: string, path: string, upstream: number) => Promise<{ port: number; form: Partial<FileForm> }>,
): Promise<Scene> => {
  const { folder, remove } = await newFolder();
  ends.push(remove);
  const upstream = await startUpstream();
  ends.push(upstream.close);
  const path = join(folder, "tillit.rules");
  await writeFile(path, TEMPLATES[template].render(before));
  const { port, form } = await start(folder, path, upstream.port);
  return {
    path,
    folder,
    authority: newAuthority("federation.example", self, systemClock.now),
    connector: (over = {}, effectWithin = 3000) =>
      fileConnector({
        serverName: self,
        form: fileSettingsForm.parse({ template, path, ...form, ...over }),
        clock: systemClock,
        http: localHttp,
        effectWithin,
      }),
    lets: asking(port),
  };
};

const nginxScene = (): Promise<Scene> =>
  scene("nginx", async (folder, path, upstream) => {
    const { port, readBackPort, config, pidFile, stop } = await startNginx({
      folder,
      rules: path,
      upstream: `http://127.0.0.1:${upstream}`,
    });
    ends.push(stop);
    return {
      port,
      form: {
        check: ["/usr/sbin/nginx", "-t", "-q", "-c", config],
        reload: { signal: "SIGHUP", pidFile },
        readBack: { nginx: `http://127.0.0.1:${readBackPort}/tillit` },
      },
    };
  });

const haproxyScene = (): Promise<Scene> =>
  scene("haproxy", async (folder, path, upstream) => {
    const networks = join(folder, "networks.map");
    await writeFile(networks, TEMPLATES["haproxy-networks"].render(before));
    const { port, config, pidFile, socket, stop } = await startHaproxy({
      folder,
      audience: self,
      names: path,
      networks,
      upstreamPort: upstream,
    });
    ends.push(stop);
    return {
      port,
      form: {
        check: ["/usr/sbin/haproxy", "-c", "-q", "-f", config],
        reload: { signal: "SIGUSR2", pidFile },
        readBack: { haproxySocket: socket },
      },
    };
  });

describe.each([
  ["nginx", nginxScene],
  ["haproxy", haproxyScene],
] as const)("the file target before a real %s", (template, start) => {
  it("holds a list as soon as it says applied, and says what the program holds", async () => {
    const { authority, connector, lets } = await start();
    expect(must(await connector().apply(authority.next([a, b]), soon()))).toBe("applied");
    expect([await lets(a), await lets(b), await lets(named("chat.c.example"))]).toEqual([true, true, false]);
    expect(must(await connector().apply(authority.next([b]), soon()))).toBe("applied");
    expect([await lets(a), await lets(b)]).toEqual([false, true]);
    const seen = must(await connector().observe(soon()));
    expect(seen.stored).toEqual({ mode: "closed", allow: new Set([b]) });
    expect(seen.effective[0]?.policy).toEqual({ mode: "closed", allow: new Set([b]) });
    expect(seen.position?.version).toBe(2);
  });

  it("holds as many names as its limits say, the longest that there can be among them", async () => {
    const { authority, connector, lets } = await start();
    const longest = named([...Array.from({ length: 3 }, () => "a".repeat(63)), "b".repeat(55), "se:8448"].join("."));
    const { maxNames } = connector().limits;
    const many = Array.from({ length: maxNames - 1 }, (_, at) => named(`chat.agency-${at}.example`));
    expect(must(await connector({}, 20_000).apply(authority.next([longest, ...many]), soon()))).toBe("applied");
    const seen = must(await connector().observe(soon()));
    expect(seen.effective[0]?.policy).toEqual({ mode: "closed", allow: new Set([longest, ...many]) });
    expect([await lets(longest), await lets(named(`chat.agency-${maxNames - 2}.example`)), await lets(a)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("where the signal fails the new file stands, the list before holds, and both are said; the next round mends it", async () => {
    const { authority, connector, lets, folder } = await start();
    must(await connector().apply(authority.next([a]), soon()));
    const pidFile = join(folder, "gone.pid");
    await writeFile(pidFile, "4194000");
    const change = authority.next([b]);
    const told = await connector({ reload: { signal: "SIGHUP", pidFile } }).apply(change, soon());
    expect(told).toMatchObject({ ok: false, error: { code: "reload_failed", kind: "away" } });
    const seen = must(await connector().observe(soon()));
    expect(seen.stored).toEqual({ mode: "closed", allow: new Set([b]) });
    expect(seen.effective[0]?.policy).toEqual({ mode: "closed", allow: new Set([a]) });
    expect([await lets(a), await lets(b)]).toEqual([true, false]);
    expect(must(await connector().apply(change, soon()))).toBe("applied");
    expect([await lets(a), await lets(b)]).toEqual([false, true]);
  });

  it("a signal that is sent and not followed is not success", async () => {
    const { authority, connector } = await start();
    const deaf = connector({ reload: { command: ["true"] } });
    expect(await deaf.apply(authority.next([a]), soon())).toMatchObject({
      ok: false,
      error: { code: "not_effective" },
    });
  });

  it("a file that the program's own check refuses is taken back, and the list before holds", async () => {
    const { authority, connector, lets, path } = await start();
    must(await connector().apply(authority.next([a]), soon()));
    const text = await readFile(path, "utf8");
    const refused = await connector({ check: ["sh", "-c", "echo line 7; exit 1"] }).apply(authority.next([b]), soon());
    expect(refused).toMatchObject({ ok: false, error: { code: "check_failed", kind: "refuses" } });
    expect(JSON.stringify(refused)).toContain("line 7");
    expect(await readFile(path, "utf8")).toBe(text);
    expect([await lets(a), await lets(b)]).toEqual([true, false]);
  });

  it("a list for another server, an earlier one, a fork or one that only watches changes nothing", async () => {
    const { authority, connector, path } = await start();
    const first = authority.next([a]);
    must(await connector().apply(first, soon()));
    must(await connector().apply(authority.next([b]), soon()));
    const text = await readFile(path, "utf8");
    const codes: string[] = [];
    for (const change of [
      authority.next([a], { audience: b }),
      first,
      authority.next([a], { version: 2 }),
      authority.next([a], { version: 4, mode: "observe" }),
    ]) {
      const done = await connector().apply(change, soon());
      codes.push(done.ok ? "applied" : `${done.error.kind} ${done.error.code}`);
    }
    expect(codes).toEqual(
      ["other_server", "version", "forked", "observe_unsupported"].map((code) => `refuses ${code}`),
    );
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("a file changed by another hand is seen, and written over by the next round", async () => {
    const { authority, connector, path, lets } = await start();
    const change = authority.next([a]);
    must(await connector().apply(change, soon()));
    const foreign = TEMPLATES[template].render({ ...before, position: change.list, names: [a, b] });
    await writeFile(path, `${foreign}# more\n`);
    expect(must(await connector().observe(soon())).stored).toEqual({ mode: "unknown", why: "edited_by_hand" });
    await writeFile(path, foreign);
    expect(must(await connector().observe(soon())).stored).toEqual({ mode: "closed", allow: new Set([a, b]) });
    expect(must(await connector().apply(change, soon()))).toBe("applied");
    expect([await lets(a), await lets(b)]).toEqual([true, false]);
  });
});

describe("a template of one's own", () => {
  const SOURCE = `# ours\nforbid = ['.*']\nallow = [\n{{each}}  '^{{pattern}}$',\n{{none}}  '^$',\n]\n`;
  const withOwn = async (source: string): Promise<{ connector: Connector; path: string; authority: Authority }> => {
    const { folder, remove } = await newFolder();
    ends.push(remove);
    const [own, path] = [join(folder, "own.template"), join(folder, "out.toml")];
    await writeFile(own, source);
    const form = fileSettingsForm.parse({ template: { own }, path, reload: { command: ["true"] } });
    const connector = fileConnector({ serverName: self, form, clock: systemClock, http: localHttp });
    return { connector, path, authority: newAuthority("federation.example", self, systemClock.now) };
  };

  it("is written with each name, and with what closes it where there is none", async () => {
    const { connector, path, authority } = await withOwn(SOURCE);
    must(await connector.apply(authority.next([a, b]), soon()));
    expect(await readFile(path, "utf8")).toContain(
      String.raw`allow = [` +
        String.raw`
  '^chat\.a\.example$',
  '^chat\.b\.example:8449$',
]`,
    );
    expect(must(await connector.observe(soon())).stored).toEqual({ mode: "closed", allow: new Set([a, b]) });
    must(await connector.apply(authority.next([]), soon()));
    expect(await readFile(path, "utf8")).toContain("allow = [\n  '^$',\n]");
  });

  it.each([
    ["says nothing for an empty list", SOURCE.replace("{{none}}", "")],
    ["has no line for names", SOURCE.replace("{{each}}", "")],
    ["has a word that nobody knows", SOURCE.replace("ours", "{{server}}")],
    ["writes no name", SOURCE.replace("{{pattern}}", "x")],
    ["is empty", ""],
  ])("that %s is broken: nothing is written, and it is said why", async (_, source) => {
    const { connector, path, authority } = await withOwn(source);
    await writeFile(path, "as it was");
    const done = await connector.apply(authority.next([a]), soon());
    expect(done).toMatchObject({ ok: false, error: { code: "template_broken", kind: "refuses" } });
    expect(await readFile(path, "utf8")).toBe("as it was");
  });

  it("that cannot be read is broken too", async () => {
    const { connector, authority, path } = await withOwn(SOURCE);
    await rm(join(path, "..", "own.template"));
    expect(await connector.apply(authority.next([a]), soon())).toMatchObject({ error: { code: "template_broken" } });
    await chmod(join(path, ".."), 0o700);
  });
});
