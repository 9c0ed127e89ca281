import { setTimeout as pause } from "node:timers/promises";
import { AgencyView } from "#lib/contracts/directory.ts";
import { HomeserverView } from "#lib/contracts/homeservers.ts";
import { SERVER_NAMES } from "./agencies.ts";
import type { AgencyKey } from "./people.ts";
import type { PortalClient } from "./portal-client.ts";
import type { Seeded } from "./seed.ts";

const LONGEST_MS = 30_000;

/** Where homeservers are connected. */
export type Scene = { readonly seeded: Seeded; readonly as: (subject: string) => PortalClient };

/** The homeserver as soon as the worker has found it and pinned its keys. */
export const untilPinned = async (client: PortalClient, id: string): Promise<HomeserverView> => {
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

/**
 * Adds an agency's homeserver through the API as its administrator, waits until the worker has discovered it and pinned
 * its keys, and has the approver switch enforcement on. What stands already is left alone.
 *
 * @throws with the steps of the discovery if it does not come through
 */
export const connectHomeserver = async (
  { seeded, as }: Scene,
  key: AgencyKey,
  people: { readonly administrator: string; readonly approver: string },
): Promise<string> => {
  const administrator = as(people.administrator);
  const agency = await administrator.get(`agencies/${seeded.agencies[key]}`, AgencyView);
  const there = agency.homeservers.find(({ serverName }) => serverName === SERVER_NAMES[key]);
  const id =
    there?.id ??
    (
      await administrator.post(
        `agencies/${seeded.agencies[key]}/homeservers`,
        { serverName: SERVER_NAMES[key], platform: "synapse" },
        HomeserverView,
      )
    ).id;
  const view = await untilPinned(administrator, id);
  if (view.mode === "observe")
    await as(people.approver).put(`homeservers/${id}/mode`, { mode: "enforce" }, HomeserverView, view.version);
  return id;
};
