import { setTimeout as pause } from "node:timers/promises";
import { ChangeView } from "#lib/contracts/changes.ts";
import { AgencyView } from "#lib/contracts/directory.ts";
import { EnforcementView } from "#lib/contracts/enforcement.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { SERVER_NAMES } from "./agencies.ts";
import type { MemberKey } from "./people.ts";
import type { PortalClient } from "./portal-client.ts";
import type { Seeded } from "./seed.ts";

const LONGEST_MS = 30_000;

type Scene = { readonly seeded: Seeded; readonly as: (subject: string) => PortalClient };

/** The homeserver as soon as the worker has found it and pinned its keys. */
const untilPinned = async (client: PortalClient, id: string): Promise<HomeserverView> => {
  const until = Date.now() + LONGEST_MS;
  let view = await client.get(`homeservers/${id}`, HomeserverView);
  while (view.identityState !== "pinned") {
    if (Date.now() > until)
      throw new Error(`${view.serverName} was not discovered: ${JSON.stringify(view.discovery).slice(0, 800)}`);
    await pause(100);
    view = await client.get(`homeservers/${id}`, HomeserverView);
  }
  return view;
};

/** How the portal drives a server to which it must bring a credential. */
export type Drive = {
  readonly kind: "rocketchat" | "mattermost";
  readonly baseUrl: string;
  readonly fields: Record<string, string>;
};

/** Connects a server by some other way, once its keys are pinned. */
export type Beside = (found: Pick<HomeserverView, "id" | "version">) => Promise<void>;

export type People = { readonly administrator: string; readonly approver: string };

/** Has the administrator choose what enforces at a server, and the approver let it. */
export const choosePoint = async (
  as: Scene["as"],
  people: People,
  { id, version }: Pick<HomeserverView, "id" | "version">,
  wish: { readonly kind: string; readonly baseUrl?: string },
): Promise<void> => {
  const path = `homeservers/${id}/enforcement-point`;
  const { proposed } = await as(people.administrator).put(path, wish, EnforcementView, version);
  if (proposed !== null)
    await as(people.approver).post(`changes/${proposed}/decision`, { decision: "approve" }, ChangeView);
};

/** Says how the server is driven, gives the credential, and waits until the worker has been let in with it. */
export const drive = async (
  as: Scene["as"],
  people: People,
  { id, version }: Pick<HomeserverView, "id" | "version">,
  { kind, baseUrl, fields }: Drive,
): Promise<void> => {
  const administrator = as(people.administrator);
  await choosePoint(as, people, { id, version }, { kind, baseUrl });
  let view = await administrator.post(`homeservers/${id}/credentials`, { fields }, EnforcementView);
  const until = Date.now() + LONGEST_MS;
  while (view.active === null) {
    if (Date.now() > until) throw new Error(`the credential was not let in: ${JSON.stringify(view).slice(0, 800)}`);
    await pause(200);
    view = await administrator.get(`homeservers/${id}/credentials`, EnforcementView);
  }
};

/**
 * Adds an agency's homeserver through the API as its administrator, waits until the worker has discovered it and pinned
 * its keys, and has the approver switch enforcement on. What stands already is left alone.
 *
 * @throws with the steps of the discovery if it does not come through
 */
export const connectHomeserver = async (
  { seeded, as }: Scene,
  key: MemberKey,
  people: People,
  driven?: Drive | Beside,
): Promise<string> => {
  const administrator = as(people.administrator);
  const agency = await administrator.get(`agencies/${seeded.agencies[key]}`, AgencyView);
  const there = agency.homeservers.find(({ serverName }) => serverName === SERVER_NAMES[key]);
  const id =
    there?.id ??
    (
      await administrator.post(
        `agencies/${seeded.agencies[key]}/homeservers`,
        { serverName: SERVER_NAMES[key], platform: typeof driven === "object" ? driven.kind : "synapse" },
        HomeserverView,
      )
    ).id;
  const found = await untilPinned(administrator, id);
  if (found.mode !== "observe") return id;
  if (typeof driven === "function") await driven(found);
  else if (driven !== undefined) await drive(as, people, found, driven);
  const { mode, version } = await administrator.get(`homeservers/${id}`, HomeserverView);
  if (mode === "observe")
    await as(people.approver).put(`homeservers/${id}/mode`, { mode: "enforce" }, HomeserverView, version);
  return id;
};
