import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UpdateHomeserver } from "#lib/contracts/homeservers.ts";
import { SetNetworks } from "#lib/contracts/networks.ts";
import { SayCut } from "#lib/contracts/surroundings.ts";
import { writeSurroundings } from "#lib/data/surroundings.ts";
import { asWorker } from "#lib/data/transaction.ts";
import type { Actor } from "#lib/domain/access.ts";
import { type AgencyId, type AgreementId, type HomeserverId, parsePublicId } from "#lib/domain/ids.ts";
import { ok } from "#lib/domain/result.ts";
import { systemClock } from "#lib/platform/clock.ts";
import { openLine, seedAgency, seedPerson } from "#lib/testing/line.ts";
import { readAmendment } from "./amend-trust.ts";
import { listChanges, readChange } from "./decide-change.ts";
import { decideTrust } from "./decide-trust.ts";
import { readFirewall } from "./firewall.ts";
import { readNetworks, setNetworks } from "./networks.ts";
import { previewTrust } from "./preview-trust.ts";
import { listAgreements, readAgreement, readEvidence, readTimeline } from "./read-agreements.ts";
import { listAuditRows } from "./read-audit.ts";
import { listLists } from "./read-homeservers.ts";
import { readInbox } from "./read-inbox.ts";
import { requestTrust } from "./request-trust.ts";
import { setMode } from "./set-mode.ts";
import { readExposure, readNeighbours, sayCut } from "./surroundings.ts";
import { updateHomeserver } from "./write-homeservers.ts";

const PURPOSE = "ändamål som bara parterna läser";
const REASON = "skäl som bara parterna läser";
const NETWORK = "192.0.2.0/24";

let database: Awaited<ReturnType<typeof openLine>>;
let scene: {
  readonly id: AgreementId;
  readonly home: { readonly id: AgencyId; readonly server: HomeserverId };
  readonly digest: string;
  readonly astrid: Actor;
  readonly strangers: Readonly<Record<string, Actor>>;
};

const value = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

beforeAll(async () => {
  database = await openLine();
  const home = await seedAgency("Hemma", "chat.home.example");
  const partner = await seedAgency("Partnern", "chat.partner.example");
  const outside = await seedAgency("Utanför", "chat.outside.example");
  const astrid = await seedPerson("Astrid", { role: "administrator", agency: home.id });
  const bo = await seedPerson("Bo", { role: "approver", agency: home.id });
  const david = await seedPerson("David", { role: "approver", agency: partner.id });
  const asked = value(await requestTrust(astrid, { as: home.id, partner: partner.id, purpose: PURPOSE }));
  const id = value(parsePublicId("agr", asked.id));
  const base = { id, digest: asked.digest ?? "" };
  const endorse = { ...base, version: asked.version, as: home.id, move: "endorse" } as const;
  const { version } = value(await decideTrust(bo, endorse));
  const { version: agreed } = value(await decideTrust(david, { ...base, version, as: partner.id, move: "accept" }));
  value(await decideTrust(david, { ...base, version: agreed, as: partner.id, move: "suspend", reason: REASON }));
  value(
    await setNetworks(astrid, {
      ...SetNetworks.parse({ egress: [NETWORK], ingress: [{ network: NETWORK, port: 443 }] }),
      id: home.server,
      version: 1,
    }),
  );
  value(
    await updateHomeserver(astrid, {
      ...UpdateHomeserver.parse({ serverName: "chat.new.example" }),
      id: home.server,
      version: 2,
    }),
  );
  await asWorker(async (tx) => {
    await writeSurroundings(tx, home.server, systemClock.now(), {
      cut: false,
      neighbours: { "chat.secret.example": { rooms: 1, theirs: 1, ours: 1 } },
      exposure: {},
    });
    return ok(undefined);
  });
  scene = {
    id,
    home,
    digest: asked.digest ?? "",
    astrid,
    strangers: {
      administrator: await seedPerson("Eva", { role: "administrator", agency: outside.id }),
      approver: await seedPerson("Frans", { role: "approver", agency: outside.id }),
      auditor: await seedPerson("Greta", { role: "auditor", agency: outside.id }),
      coordinator: await seedPerson("Hans", { role: "coordinator" }),
      nobody: await seedPerson("Ingen"),
    },
  };
  // From here on the database shows everything to everyone: the application stands alone.
  const admin = new pg.Client(database.adminUrl);
  await admin.connect();
  const { rows } = await admin.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  for (const { tablename } of rows) await admin.query(`ALTER TABLE ${tablename} DISABLE ROW LEVEL SECURITY`);
  await admin.end();
});
afterAll(() => database.close());

type Question = (actor: Actor) => Promise<{ readonly ok: boolean; readonly value?: unknown; readonly error?: unknown }>;
const page = { limit: 50 } as const;
const QUESTIONS: Readonly<Record<string, Question>> = {
  agreement: (actor) => readAgreement(actor, { id: scene.id }),
  agreements: (actor) => listAgreements(actor, page),
  timeline: (actor) => readTimeline(actor, { id: scene.id }),
  evidence: (actor) => readEvidence(actor, { id: scene.id }),
  preview: (actor) => previewTrust(actor, { id: scene.id, move: "revoke" }),
  amendment: (actor) => readAmendment(actor, { id: scene.id }),
  firewall: (actor) => readFirewall(actor, { id: scene.id }),
  exposure: (actor) => readExposure(actor, { id: scene.id }),
  inbox: (actor) => readInbox(actor, page),
  audit: (actor) => listAuditRows(actor, page),
  changes: (actor) => listChanges(actor, page),
  lists: (actor) => listLists(actor, { id: scene.home.server, ...page }),
  neighbours: (actor) => readNeighbours(actor, { id: scene.home.server }),
  networks: (actor) => readNetworks(actor, { id: scene.home.server }),
};
const SECRETS = [PURPOSE, REASON, NETWORK, "chat.secret.example"];
const WHO = ["administrator", "approver", "auditor", "coordinator", "nobody"] as const;

describe("without row-level security", () => {
  it.each(Object.keys(QUESTIONS))("%s tells a stranger nothing of what two parties agreed", async (name) => {
    for (const who of WHO) {
      const actor = scene.strangers[who];
      const answer = actor === undefined ? undefined : await QUESTIONS[name]?.(actor);
      const said = JSON.stringify(answer);
      for (const secret of SECRETS) expect(said, `${who} reads ${name}`).not.toContain(secret);
    }
  });

  it("the same questions tell a party what is theirs, so that the silence above is no accident", async () => {
    const said = await Promise.all(
      Object.values(QUESTIONS).map(async (question) => JSON.stringify(await question(scene.astrid))),
    );
    for (const secret of SECRETS) expect(said.some((text) => text.includes(secret))).toBe(true);
  });

  it("a proposed change is its own agency's to read", async () => {
    const [change] = value(await listChanges(scene.astrid, page)).items;
    const id = value(parsePublicId("chg", change?.id ?? ""));
    expect((await readChange(scene.astrid, { id })).ok).toBe(true);
    for (const who of ["administrator", "approver", "auditor", "nobody"] as const) {
      const actor = scene.strangers[who];
      if (actor !== undefined) expect((await readChange(actor, { id })).ok, who).toBe(false);
    }
  });

  it("a stranger decides, switches and says nothing in another's name", async () => {
    for (const who of WHO) {
      const actor = scene.strangers[who];
      if (actor === undefined) throw new Error(who);
      const decision = { id: scene.id, as: scene.home.id, digest: scene.digest, version: 4, reason: "x" };
      for (const move of ["revoke", "suspend", "resume"] as const)
        expect((await decideTrust(actor, { ...decision, move })).ok, `${who} ${move}`).toBe(false);
      expect((await setMode(actor, { id: scene.home.server, version: 3, mode: "enforce" })).ok).toBe(false);
      const cut = { ...SayCut.parse({ serverName: "x.example", reason: "x" }), id: scene.home.server };
      expect((await sayCut(actor, cut)).ok).toBe(false);
    }
  });
});
