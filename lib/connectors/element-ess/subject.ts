import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Result } from "#lib/domain/result.ts";
import { parseServerName, type ServerName } from "#lib/domain/server-name.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { type HttpClient, newHttp } from "#lib/platform/http.ts";
import { TEST_CERTIFICATE } from "#lib/platform/test-certificate.ts";
import type { Connector } from "../connector.ts";
import { newAuthority } from "../contract.ts";
import type { StartSubject, Subject } from "../contract-subject.ts";
import { elementEssConnector } from "./connector.ts";
import { Report, type Trouble } from "./simulator.ts";
import { WHITELIST } from "./wire.ts";

export const ESS_TOKEN = "mat_simulatedAdminToken_0123456789";

/** A server of the suite in a process of its own, and the ways to trouble it. */
export type EssProcess = {
  readonly port: number;
  readonly http: HttpClient;
  readonly trouble: (trouble: Trouble) => Promise<void>;
  /** Sets the list behind the portal's back. */
  readonly edit: (names: readonly string[]) => Promise<void>;
  readonly report: () => Promise<z.output<typeof Report>>;
  readonly lets: (origin: string) => Promise<boolean>;
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const told = z.object({ port: z.int() });

const started = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(told.parse(message).port));
    child.once("exit", () => reject(new Error("the simulated server ended")));
  });

/** Starts the simulated server as a process of its own. */
export const startEss = async (): Promise<EssProcess> => {
  const folder = await mkdtemp(join(tmpdir(), "tillit-ess-"));
  const file = join(folder, "list.json");
  const http = newHttp({ allowPrivateAddresses: true });
  const run = (port: number): ChildProcess =>
    fork(join(import.meta.dirname, "simulator-process.ts"), [ESS_TOKEN, file, String(port)], { execArgv: [] });
  let child = run(0);
  const port = await started(child);
  let asked = 0;
  const order = (what: object): Promise<z.output<typeof Report>> =>
    new Promise((resolve) => {
      asked += 1;
      const id = asked;
      const heard = (message: unknown): void => {
        const report = Report.safeParse(message);
        if (!report.success || report.data.id !== id) return;
        child.off("message", heard);
        resolve(report.data);
      };
      child.on("message", heard);
      child.send({ id, ...what });
    });
  const ended = (): Promise<void> =>
    new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.kill();
    });
  return {
    port,
    http,
    trouble: async (trouble) => void (await order({ trouble })),
    edit: async (edit) => void (await order({ edit })),
    report: () => order({}),
    lets: async (origin) => {
      const answer = await http.fetch(`https://127.0.0.1:${port}/_matrix/federation/v1/version`, {
        headers: { authorization: `X-Matrix origin="${origin}",destination="ess",key="ed25519:x",sig="AAAA"` },
        ca: TEST_CERTIFICATE,
      });
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.status === 401;
    },
    restart: async () => {
      await ended();
      child = run(port);
      await started(child);
    },
    stop: async () => {
      await ended();
      http.close();
      await rm(folder, { recursive: true });
    },
  };
};

const named = (text: string): ServerName => {
  const name: Result<ServerName, unknown> = parseServerName(text);
  if (!name.ok) throw new Error(text);
  return name.value;
};

export type EssSubject = Subject & { readonly server: EssProcess };

/** The contract's subject: the connector as the worker makes it, against the simulated server's own process. */
export const startEssSubject = async ({ beforeFirstList }: Parameters<StartSubject>[0]): Promise<EssSubject> => {
  const self = named("chat.self.example");
  const server = await startEss();
  // Nothing stored is open here; a server that is closed before its first list has been closed by its own people.
  if (beforeFirstList === "closed") await server.edit(["none.invalid"]);
  const authority = newAuthority("federation.example", self, systemClock.now);
  const connector = (shape: Parameters<Subject["connector"]>[0] = (http) => http): Connector =>
    elementEssConnector({
      federation: authority.federation,
      serverName: self,
      endpoint: { url: `https://127.0.0.1:${server.port}`, ca: TEST_CERTIFICATE },
      pinnedKeys: {},
      lastSequence: 0,
      credentials: { adminToken: ESS_TOKEN },
      signer: authority.signer,
      http: shape(server.http.fetch),
      clock: systemClock,
    });
  return {
    self,
    partners: [named("chat.a.example"), named("chat.b.example"), named("chat.c.example:8449")],
    authority,
    connector,
    server,
    calls: {
      read: (url, request) => url.includes(WHITELIST) && (request?.method ?? "GET") === "GET",
      write: (url, request) => url.includes(WHITELIST) && request?.method === "PUT",
    },
    // Nothing is cached here.
    pass: async () => undefined,
    lets: (origin) => server.lets(origin),
    restart: server.restart,
    stop: server.stop,
  };
};
