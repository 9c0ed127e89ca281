import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "#bin/run/home.ts";
import { ROOT } from "#bin/run/layout.ts";
import { type RunningProcess, startProcess } from "#bin/run/processes.ts";
import { EnrolmentCode } from "#lib/contracts/agents.ts";
import type { HomeserverView } from "#lib/contracts/homeservers.ts";
import type { PortalClient } from "./portal-client.ts";
import { choosePoint, type People } from "./servers.ts";

export type AgentWish = {
  readonly as: (subject: string) => PortalClient;
  readonly people: People;
  readonly found: Pick<HomeserverView, "id" | "version">;
  readonly serverName: string;
  /** A folder of the agent's own. */
  readonly dir: string;
  /** Where the agent reaches the portal. */
  readonly portal: string;
  /** The part of its settings that says what it drives. */
  readonly target: Readonly<Record<string, unknown>>;
};

/** Debian keeps its servers where an ordinary user's PATH does not look. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

const runs = (dir: string, verb: string, args: readonly string[]): RunningProcess =>
  startProcess({
    name: `agent ${verb}`,
    command: process.execPath,
    args: [join(ROOT, "bin/agent.ts"), verb, "--settings", join(dir, "settings.json"), ...args],
    env: { PATH },
    cwd: dir,
    logFile: join(dir, "agent.log"),
  });

/**
 * Lets an agent be what enforces at a server, enrols it with a one-time code as its operator would, and starts it.
 *
 * @throws if it is not let in
 */
export const startAgentBeside = async (wish: AgentWish): Promise<RunningProcess> => {
  const { as, people, found, serverName, portal, target } = wish;
  const dir = folder(wish.dir, 0o700);
  await choosePoint(as, people, found, { kind: "agent" });
  const path = `homeservers/${found.id}/enrolment-code`;
  const { code, fingerprints } = await as(people.administrator).post(path, {}, EnrolmentCode);
  const settings = { portal, serverName, state: folder(join(dir, "state"), 0o700), target };
  writeFileSync(join(dir, "settings.json"), JSON.stringify(settings), { mode: 0o600 });
  writeFileSync(join(dir, "code"), code, { mode: 0o600 });
  const prints = fingerprints.flatMap((each) => ["--fingerprint", each]);
  const said = await runs(dir, "enrol", ["--code-file", join(dir, "code"), ...prints]).ended;
  if (!said.includes("exit 0")) throw new Error(`${said}: see ${join(dir, "agent.log")}`);
  return runs(dir, "run", []);
};
