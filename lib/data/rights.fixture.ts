import pg from "pg";
import { newId } from "#lib/platform/ids.ts";
import { putAgent } from "./rights-agents.fixture.ts";
import { putContent } from "./rights-content.fixture.ts";
import { putTerms } from "./rights-members.fixture.ts";
import { putPeople } from "./rights-people.fixture.ts";
import { putImports } from "./rights-pull.fixture.ts";
import { putGroups, putStops } from "./rights-reasons.fixture.ts";
import { putRules } from "./rights-rules.fixture.ts";
import { type ActorName, type Insert, PEOPLE, type Row, type Scene, SIDES } from "./rights-scene.fixture.ts";
import { putTold } from "./rights-told.fixture.ts";

const EMPTY = "'{}'";

/** Puts one row or more in every table, past every rule: what the rules then show of it is the test. */
export const fillTables = async (admin: pg.Client): Promise<Scene> => {
  const insert = async (table: string, row: Row): Promise<void> => {
    const names = Object.keys(row);
    await admin.query(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
      Object.values(row),
    );
  };
  const ids = <T extends string>(names: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, newId()])) as Record<T, string>;
  const scene: Scene = {
    agency: ids(SIDES),
    server: ids(SIDES),
    agreement: ids(["ab", "bc"] as const),
    person: ids(PEOPLE),
    operator: newId(),
  };
  await putMembers(insert, scene);
  await putAgreements(insert, scene);
  await putPeople(insert, scene);
  await putTold(insert, scene);
  await putRules(insert, scene);
  await putContent(insert, scene);
  await putStops(insert, scene);
  await putGroups(insert, scene);
  await putImports(insert, scene);
  await putTerms(insert, scene);
  await putLog(admin, scene);
  return scene;
};

const putMembers = async (insert: Insert, { agency, server, operator }: Scene): Promise<void> => {
  await insert("operator", { id: operator, name: "Driften", created_at: 1 });
  await insert("worker_heartbeat", { id: "w", started_at: 1, at: 1, detail: "{}" });
  await insert("signed_document", {
    id: newId(),
    kind: "keyset",
    epoch: 1,
    version: 1,
    digest: "k",
    bytes: "{}",
    issued_at: 1,
    trace_id: "t",
  });
  await insert("sealing_key", { id: "sealing", public_key: "k", published_at: 1 });
  for (const [at, side] of SIDES.entries()) {
    const agency_id = agency[side];
    const homeserver_id = server[side];
    const point = newId();
    await insert("agency", {
      id: agency_id,
      name_sv: side,
      name_en: side,
      scheme: "other",
      identifier: side,
      member_class: "state_agency",
      country: "SE",
      state: "active",
      created_at: at,
    });
    await insert("agency_contact", {
      id: newId(),
      agency_id,
      kind: "incident",
      name: side,
      email: `${side}@x.example`,
    });
    await insert("homeserver", {
      id: homeserver_id,
      server_name: `${side}.example`,
      platform: "synapse",
      operator_id: side === "a" ? operator : null,
      created_at: at,
    });
    await insert("homeserver_agency", { homeserver_id, agency_id });
    await insert("homeserver_key", { homeserver_id, key_id: "ed25519:1", key: "k", valid_until: 1, pinned_at: 1 });
    await insert("surroundings", { homeserver_id, asked_at: 1 });
    await insert("deliberate_cut", {
      id: newId(),
      homeserver_id,
      server_name: "x.example",
      person_id: newId(),
      reason: "r",
      at: 1,
    });
    await insert("drift", { id: newId(), homeserver_id, server_name: "x.example", kind: "extra", found_at: 1 });
    await insert("conformance_report", { id: newId(), homeserver_id, bytes: "{}", at: 1 });
    await insert("homeserver_network", { homeserver_id, kind: "egress", network: "192.0.2.0/24", port: 0, at: 1 });
    await insert("discovery_step", { homeserver_id, step: "name", state: "pass", detail: "{}", at: 1 });
    await insert("enforcement_point", {
      id: point,
      homeserver_id,
      agency_id,
      kind: "synapse_module",
      mode: "push",
      keys: "{}",
      instances: "[]",
      created_at: 1,
    });
    await putAgent(insert, point);
    await insert("change_proposal", {
      id: newId(),
      agency_id,
      homeserver_id,
      kind: "server_name",
      before: "{}",
      after: "{}",
      state: "open",
      at: 1,
    });
    await insert("signed_document", {
      id: newId(),
      kind: "list",
      homeserver_id,
      epoch: 1,
      version: 1,
      digest: "l",
      bytes: "{}",
      issued_at: 1,
      trace_id: "t",
    });
    await insert("list_head", {
      homeserver_id,
      epoch: 1,
      version: 1,
      digest: "l",
      mode: "enforce",
      status: "ok",
      status_detail: "{}",
    });
    await insert("list_plan", { homeserver_id, plan: "{}", at: 1 });
    await insert("list_release", {
      id: newId(),
      homeserver_id,
      kind: "brake",
      digest: "l",
      person_id: newId(),
      reason: "r",
      at: 1,
    });
    await insert("credential", {
      id: newId(),
      agency_id,
      homeserver_id,
      enforcement_point_id: point,
      kind: "rocketchat",
      field_names: "{authToken}",
      sealed: "{}",
      key_id: "sealing",
      state: "testing",
      given_by: newId(),
      given_at: 1,
    });
    await insert("receipt", { id: newId(), enforcement_point_id: point, sequence: 1, bytes: "{}", at: 1 });
  }
};

const putAgreements = async (insert: Insert, { agency, server, agreement, person }: Scene): Promise<void> => {
  const pairs = [
    ["ab", "a", "b", "approver"],
    ["bc", "b", "c", "partner"],
  ] as const;
  for (const [name, home, partner, who] of pairs) {
    const agreement_id = agreement[name];
    await insert("agreement", { id: agreement_id, stage: "offered", created_at: 1 });
    for (const [side, member] of [
      ["home", home],
      ["partner", partner],
    ] as const) {
      await insert("agreement_party", { agreement_id, agency_id: agency[member], side });
      await insert("agreement_server", { agreement_id, number: 1, homeserver_id: server[member], side });
      const chosen = { choice: "hold", person_id: person[who], at: 1 };
      await insert("identity_choice", { agreement_id, agency_id: agency[member], ...chosen });
      await insert("firewall_tick", {
        id: newId(),
        agreement_id,
        homeserver_id: server[member],
        digest: "d",
        person_id: person[who],
        at: 1,
      });
    }
    await insert("agreement_version", {
      id: newId(),
      agreement_id,
      number: 1,
      terms: "{}",
      digest: "d",
      created_by: person[who],
      at: 1,
    });
    await insert("decision", {
      id: newId(),
      agreement_id,
      number: 1,
      digest: "d",
      side: "home",
      agency_id: agency[home],
      kind: "endorse",
      person_id: person[who],
      at: 1,
    });
    for (const [from, to] of [
      [home, partner],
      [partner, home],
    ] as const) {
      const pair = { from_server_id: server[from], to_server_id: server[to] };
      await insert("path_probe", { ...pair, outcome: "open", status: 200, errcode: "", said: "", took_ms: 1, at: 1 });
      const asked = { asked_by: person[who], state: "done", trace_id: "t", asked_at: 1, result: "{}" };
      await insert("diagnosis", { id: newId(), ...pair, ...asked });
    }
    for (const [from, to] of [
      [home, partner],
      [partner, home],
    ] as const)
      await insert("evidence", {
        from_server_id: server[from],
        to_server_id: server[to],
        station: "observed",
        state: "reached",
        detail: "{}",
        at: 1,
      });
  }
};

const putLog = async (admin: pg.Client, { agency }: Scene): Promise<void> => {
  const rows = [
    ["agency.updated", [agency.a]],
    ["trust.accept", [agency.a, agency.b]],
    ["agency.updated", [agency.c]],
    ["federation.updated", []],
  ] as const;
  for (const [kind, agencies] of rows) {
    const record = {
      type: "tillit.audit.v1",
      at: 1,
      agencies,
      kind,
      subject: "s",
      outcome: "done",
      trace: "t",
      details: "",
    };
    await admin.query(`SELECT audit_append($1, ''::bytea, ${EMPTY})`, [JSON.stringify(record)]);
  }
};

/** A connection of the web's role on which one act after another is tried as one of the actors, each undone. */
export const webAs = async (url: string, scene: Scene) => {
  const client = new pg.Client(url);
  await client.connect();
  const held = (who: ActorName): Record<string, string> => {
    const own = {
      administrator: scene.agency.a,
      approver: scene.agency.a,
      auditor: scene.agency.a,
      partner: scene.agency.b,
      foreign: scene.agency.c,
    };
    const agency = who in own ? own[who as keyof typeof own] : "";
    return {
      person_id: who === "nobody" ? "" : scene.person[who],
      pseudonym: who === "nobody" ? "" : scene.person[who],
      agency_ids: agency,
      acting_ids: who === "auditor" ? "" : agency,
      approver_ids: who === "approver" || who === "partner" ? agency : "",
      administrator_ids: who === "administrator" || who === "foreign" ? agency : "",
      operator_ids: who === "operator" ? scene.operator : "",
      federation_role: who === "coordinator" ? "coordinator" : "",
      sign_in: "",
    };
  };
  const begin = async (who: ActorName, over: Readonly<Record<string, string>> = {}): Promise<void> => {
    await client.query("BEGIN");
    for (const [name, value] of Object.entries({ ...held(who), ...over }))
      await client.query("SELECT set_config($1, $2, true)", [`app.${name}`, value]);
  };
  /** How many rows the statement reached; `refused` where a rule or a missing right says no. */
  const attempt = async (sql: string, values: readonly unknown[] = []): Promise<number | "refused"> => {
    await client.query("SAVEPOINT attempt");
    try {
      return (await client.query(sql, [...values])).rowCount ?? 0;
    } catch (fault) {
      // 42501: no right, or a policy; 23001: append-only. Anything else is a fault of the test itself.
      if (fault instanceof pg.DatabaseError && (fault.code === "42501" || fault.code === "23001")) return "refused";
      throw fault;
    } finally {
      await client.query("ROLLBACK TO SAVEPOINT attempt");
    }
  };
  return { begin, attempt, undo: () => client.query("ROLLBACK"), close: () => client.end() };
};
