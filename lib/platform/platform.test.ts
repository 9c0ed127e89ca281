import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { digestOf } from "./digest.ts";
import { readSettings } from "./env.ts";
import { processWide } from "./global.ts";
import { newId } from "./ids.ts";
import { newLog } from "./log.ts";
import { newSealingKeyPair, seal, unseal } from "./sealing.ts";

const folder = mkdtempSync(join(tmpdir(), "tillit-platform-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("settings", () => {
  const faults = (environment: Record<string, string>, part?: "web" | "worker"): string[] => {
    const read = readSettings(part, environment);
    return read.ok ? [] : read.error;
  };

  it("lists every fault at once, by name, with what is expected, and no value", () => {
    const found = faults({
      TILLIT_PORT: "http",
      TILLIT_ENVIRONMENT: "staging",
      TILLIT_FEDERATION_ID: "Not A Name",
      DATABASE_URL_WEB: "mysql://root:hunter2@db",
      TILLIT_OIDC_PROVIDERS: '[{"id":"x"}]',
    });
    expect(found.map((fault) => fault.split(":")[0]).toSorted()).toEqual([
      "DATABASE_URL_WEB",
      "TILLIT_ENVIRONMENT",
      "TILLIT_FEDERATION_ID",
      "TILLIT_OIDC_PROVIDERS",
      "TILLIT_PORT",
    ]);
    for (const fault of found) expect(fault).toMatch(/expected .{4}/);
    expect(found.join()).not.toContain("hunter2");
  });

  it("demands of each part what it cannot do without", () => {
    expect(faults({}, "worker").map((fault) => fault.split(":")[0])).toEqual([
      "DATABASE_URL_WORKER",
      "TILLIT_KEYS_DIR",
    ]);
    expect(faults({})).toEqual([]);
  });

  it("takes secrets from files, never from both places, and says when a file cannot be read", () => {
    const path = join(folder, "url");
    writeFileSync(path, "postgresql://web:secret@localhost/tillit\n");
    const read = readSettings("any", { DATABASE_URL_WEB_FILE: path });
    expect(read.ok && read.value.databaseUrlWeb).toBe("postgresql://web:secret@localhost/tillit");
    const both = { DATABASE_URL_WEB_FILE: path, DATABASE_URL_WEB: "postgresql://web@localhost/tillit" };
    expect(faults(both)).toEqual([
      "DATABASE_URL_WEB: expected either DATABASE_URL_WEB or DATABASE_URL_WEB_FILE, not both",
    ]);
    expect(faults({ SMTP_URL_FILE: join(folder, "none") })[0]).toMatch(/^SMTP_URL_FILE: expected a file/);
  });

  it("permits private addresses only by the word true", () => {
    const permits = (text: string): boolean | undefined => {
      const read = readSettings("any", { TILLIT_ALLOW_PRIVATE_ADDRESSES: text });
      return read.ok ? read.value.allowPrivateAddresses : undefined;
    };
    expect(["true", "false", "", "1", "yes"].map(permits)).toEqual([true, false, false, undefined, undefined]);
  });
});

describe("log", () => {
  it("writes one JSON object a line, with the trace id and without secrets at any of four depths", () => {
    const lines: string[] = [];
    const log = newLog({ write: (line) => lines.push(line) });
    const secret = "canary-4711";
    log
      .child({ trace: "t1" })
      .info(
        { token: secret, a: { authorization: secret, b: { "set-cookie": secret, c: { client_secret: secret } } } },
        "pushed",
      );
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ trace: "t1", msg: "pushed", level: "info" });
    expect(lines.join()).not.toContain(secret);
  });
});

describe("sealing", () => {
  const worker = newSealingKeyPair();
  const sealed = seal(worker.publicKey, "agency-1/token", "s3cret");

  it("opens for the holder of the private key and the same context only", () => {
    expect(unseal(worker.privateKey, "agency-1/token", sealed)).toEqual({ ok: true, value: "s3cret" });
    expect(unseal(worker.privateKey, "agency-2/token", sealed).ok).toBe(false);
    expect(unseal(newSealingKeyPair().privateKey, "agency-1/token", sealed).ok).toBe(false);
  });

  it("opens nothing of which a character was changed, and seals the same secret differently each time", () => {
    for (let at = 0; at < sealed.length - 1; at += 7) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      expect(unseal(worker.privateKey, "agency-1/token", changed).ok).toBe(false);
    }
    expect(seal(worker.publicKey, "agency-1/token", "s3cret")).not.toBe(sealed);
  });
});

describe("small things", () => {
  it("makes ids that sort in the order they were made", () => {
    const made = Array.from({ length: 200 }, () => newId());
    expect(made.toSorted()).toEqual(made);
    expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("gives equal content one digest whatever the order of its keys", () => {
    expect(digestOf({ b: 1, a: "å" })).toBe(digestOf({ a: "å", b: 1 }));
    expect(digestOf({})).toBe("sha256:RBNvo1WzZ4oRRq0W9-hknpT7T8If536DEMBg9hyq_4o");
  });

  it("makes a process-wide value once, even one that is undefined", () => {
    let made = 0;
    const make = (): undefined => {
      made += 1;
    };
    processWide("test.once", make);
    processWide("test.once", make);
    expect(made).toBe(1);
  });
});
