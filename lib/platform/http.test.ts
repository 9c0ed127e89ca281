import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type LookupFunction } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { newHttp, readJson } from "./http.ts";
import type { Wiring } from "./http-agents.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const client = (wiring: Partial<Wiring> = {}, perHost?: number) => {
  const made = newHttp({ allowPrivateAddresses: true, ...wiring }, perHost);
  ends.push(made.close);
  return made.fetch;
};

/** An HTTPS server on loopback; names of tests are led to it by `resolveTo`. */
const serve = async (handler: http.RequestListener) => {
  const server = https.createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, at: { ca: TEST_CERTIFICATE, resolveTo: { host: "127.0.0.1", port } } };
};

const codeOf = async (result: ReturnType<ReturnType<typeof client>>): Promise<string> => {
  const settled = await result;
  return settled.ok ? `status ${settled.value.status}` : settled.error.code;
};

describe("addresses", () => {
  it.each([
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "2130706433",
    "0x7f000001",
    "[::1]",
    "[::]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:db8::1]",
  ])("refuses to connect to %s, directly or through a proxy", async (host) => {
    const direct = client({ allowPrivateAddresses: false });
    const proxied = client({ allowPrivateAddresses: false, proxy: "http://127.0.0.1:9" });
    expect(await codeOf(direct(`https://${host}/`, { timeoutMs: 2000 }))).toBe("private_address");
    expect(await codeOf(proxied(`https://${host}/`, { timeoutMs: 2000 }))).toBe("private_address");
  });

  it("refuses an override that leads to a private address", async () => {
    const { at } = await serve((_request, response) => response.end());
    expect(await codeOf(client({ allowPrivateAddresses: false })("https://a.example/", at))).toBe("private_address");
  });

  it("checks the address that it connects to, so a name that changes its mind gains nothing", async () => {
    const { port } = await serve((_request, response) => response.end());
    let asked = 0;
    const rebinding: LookupFunction = (_name, options, callback) => {
      asked += 1;
      const address = asked === 1 ? "203.0.113.1" : "127.0.0.1";
      if (options.all) callback(null, [{ address: asked === 1 ? "8.8.8.8" : address, family: 4 }]);
      else callback(null, address, 4);
    };
    // The first resolution, which a check made beforehand would see, is public.
    rebinding("a.example", { all: true }, () => undefined);
    const fetch = client({ allowPrivateAddresses: false, lookup: rebinding });
    expect(await codeOf(fetch(`https://a.example:${port}/`, { ca: TEST_CERTIFICATE }))).toBe("private_address");
    expect(asked).toBe(2);
  });

  it("refuses plain http and addresses with credentials", async () => {
    expect(await codeOf(client()("http://a.example/"))).toBe("not_https");
    expect(await codeOf(client()("file:///etc/passwd"))).toBe("not_https");
    expect(await codeOf(client()("https://user:password@a.example/"))).toBe("bad_url");
    expect(await codeOf(client()("a.example"))).toBe("bad_url");
  });
});

describe("answers", () => {
  it("gives up an endless answer at the cap, without holding it", async () => {
    let written = 0;
    const { at } = await serve((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (written < 100 * 1024 * 1024 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
        response.end();
      };
      response.on("drain", more);
      more();
    });
    expect(await codeOf(client()("https://a.example/", { ...at, maxBytes: 1024 * 1024 }))).toBe("too_large");
    expect(written).toBeLessThan(20 * 1024 * 1024);
  });

  it("refuses by the announced length alone", async () => {
    const { at } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "104857600" });
      response.flushHeaders();
    });
    expect(await codeOf(client()("https://a.example/", at))).toBe("too_large");
  });

  it("ends in time when a server drips or never answers", async () => {
    const { at } = await serve((request, response) => {
      if (request.url === "/silent") return;
      response.write("x");
      const drip = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(drip));
    });
    expect(await codeOf(client()("https://a.example/drip", { ...at, timeoutMs: 200 }))).toBe("timeout");
    expect(await codeOf(client()("https://a.example/silent", { ...at, timeoutMs: 200 }))).toBe("timeout");
  });

  it("tells HTML and JSON of another form apart", async () => {
    const { at } = await serve((request, response) => response.end(request.url === "/html" ? "<html>" : '{"a":1}'));
    const form = z.object({ b: z.string() });
    for (const [path, code] of [
      ["html", "not_json"],
      ["json", "unexpected_json"],
    ] as const) {
      const answer = await client()(`https://a.example/${path}`, at);
      if (!answer.ok) throw new Error(answer.error.code);
      const read = readJson(answer.value, form);
      expect(read.ok ? "" : read.error.code).toBe(code);
    }
  });
});

describe("redirects", () => {
  const redirecting = (to: string) =>
    serve((request, response) => {
      if (request.url === "/end") response.end("there");
      else response.writeHead(302, { location: to }).end();
    });

  it("never leave the host unless the caller says so", async () => {
    const { at } = await redirecting("https://b.example/end");
    for (const redirects of ["none", "same_host"] as const) {
      expect(await codeOf(client()("https://a.example/", { ...at, redirects }))).toBe("redirect_elsewhere");
    }
  });

  it("are followed on the same host where that is allowed, and end", async () => {
    const same = await redirecting("/end");
    expect(await codeOf(client()("https://a.example/", { ...same.at, redirects: "same_host" }))).toBe("status 200");
    const loop = await redirecting("/");
    expect(await codeOf(client()("https://a.example/", { ...loop.at, redirects: "same_host" }))).toBe(
      "too_many_redirects",
    );
  });

  it("to plain http are refused wherever they are followed", async () => {
    const { at } = await redirecting("http://b.example/end");
    expect(await codeOf(client()("https://a.example/", { ...at, redirects: "anywhere" }))).toBe("redirect_elsewhere");
  });
});

describe("trust and failure", () => {
  it("demands a certificate of the name, by the given authority and no other", async () => {
    const { at } = await serve((_request, response) => response.end());
    expect(await codeOf(client()("https://a.example/", at))).toBe("status 200");
    expect(await codeOf(client()("https://other.example/", at))).toBe("tls");
    expect(await codeOf(client()("https://a.example/", { resolveTo: at.resolveTo }))).toBe("tls");
  });

  it("names a refused connection and a name that does not resolve", async () => {
    const idle = net.createServer().listen(0, "127.0.0.1");
    await once(idle, "listening");
    const { port } = idle.address() as AddressInfo;
    idle.close();
    expect(await codeOf(client()(`https://127.0.0.1:${port}/`))).toBe("refused");
    const nowhere: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "", 4);
    expect(await codeOf(client({ lookup: nowhere })("https://a.example/"))).toBe("dns");
  });

  it("ends with the caller's signal", async () => {
    const { at } = await serve(() => undefined);
    expect(await codeOf(client()("https://a.example/", { ...at, signal: AbortSignal.timeout(50) }))).not.toMatch(
      /status/,
    );
    const given = new AbortController();
    given.abort();
    expect(await codeOf(client()("https://a.example/", { ...at, signal: given.signal }))).toBe("aborted");
  });

  it("lets a slow host fill its own places and no other's", async () => {
    const { at } = await serve((request, response) => {
      if (request.headers.host === "b.example") response.end();
    });
    const fetch = client({}, 2);
    const slow = Array.from({ length: 5 }, () => codeOf(fetch("https://a.example/", { ...at, timeoutMs: 400 })));
    const started = performance.now();
    expect(await codeOf(fetch("https://b.example/", at))).toBe("status 200");
    expect(performance.now() - started).toBeLessThan(300);
    expect(await Promise.all(slow)).toEqual(Array.from({ length: 5 }, () => "timeout"));
  });
});

describe("an egress proxy", () => {
  const startProxy = async (map: (authority: string) => number | undefined) => {
    const seen: string[] = [];
    const proxy = http.createServer();
    proxy.on("connect", (request: http.IncomingMessage, socket: net.Socket) => {
      const authority = request.url ?? "";
      seen.push(authority);
      const port = map(authority);
      if (port === undefined) {
        socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
        return;
      }
      const upstream = net.connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on("error", () => socket.destroy());
      socket.on("error", () => upstream.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    ends.push(() => {
      proxy.close();
      proxy.closeAllConnections();
    });
    return { seen, proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  };

  it("carries calls by name, keeps the connection, and TLS is with the host itself", async () => {
    const { port } = await serve((request, response) => response.end(request.headers.host));
    const { seen, proxy } = await startProxy((authority) => (authority === "a.example:8448" ? port : undefined));
    const fetch = client({ allowPrivateAddresses: false, proxy });
    for (let turn = 0; turn < 3; turn += 1) {
      const request = { ca: TEST_CERTIFICATE, resolveTo: { host: "a.example", port: 8448 } };
      expect(await codeOf(fetch("https://a.example/", request))).toBe("status 200");
    }
    expect(seen).toEqual(["a.example:8448"]);
    expect(await codeOf(fetch("https://b.example/", { ca: TEST_CERTIFICATE }))).toBe("proxy_refused");
  });

  it("is no way to a private address: a redirect there is refused before it is asked", async () => {
    const { port } = await serve((_request, response) =>
      response.writeHead(302, { location: "https://169.254.169.254/latest" }).end(),
    );
    const { seen, proxy } = await startProxy(() => port);
    const fetch = client({ allowPrivateAddresses: false, proxy });
    const redirected = fetch("https://a.example/", { ca: TEST_CERTIFICATE, redirects: "anywhere" });
    expect(await codeOf(redirected)).toBe("private_address");
    expect(seen).toEqual(["a.example:443"]);
  });
});
