import { join } from "node:path";
import type { Ending } from "#bin/run/ending.ts";
import { folder } from "#bin/run/home.ts";
import { AgreementPage, AgreementView } from "#lib/contracts/trust.ts";
import { SERVER_NAMES } from "./agencies.ts";
import type { Authority } from "./ca.ts";
import type { NameProxy } from "./name-proxy.ts";
import type { PortalClient } from "./portal-client.ts";
import { startRocketChat, TOKEN } from "./rocketchat.ts";
import type { Seeded } from "./seed.ts";
import { connectHomeserver, type Drive } from "./servers.ts";
import { decideAs } from "./story.ts";
import type { RunningSynapse } from "./synapse.ts";

/** Who connects the third agency's server, and who lets it. */
const PEOPLE = { administrator: "ulla", approver: "viktor" } as const;

/** A folder of the third agency's own, and what its server needs of the demo. */
export type ThirdWish = {
  readonly dir: string;
  readonly ca: Authority;
  readonly proxy: NameProxy;
  /** The first agency's. */
  readonly other: RunningSynapse;
  readonly ending: Ending;
};

/** Starts the third agency's simulated Rocket.Chat, which knows the first agency's Synapse. It is found again as it was left. */
export const startThird = async ({ dir, ending, ca, proxy, other }: ThirdWish): Promise<void> => {
  const kept = join(folder(dir, 0o700), "rocketchat.json");
  const { server } = await startRocketChat({
    ca,
    proxy,
    other,
    serverName: SERVER_NAMES.alv,
    person: PEOPLE.administrator,
    kept,
  });
  ending.add({ name: "simulated Rocket.Chat", stop: server.stop });
};

type Scene = { readonly seeded: Seeded; readonly as: (subject: string) => PortalClient };

/** Has the portal drive the third agency's Rocket.Chat with a token. */
export const connectThird = async (scene: Scene): Promise<void> => {
  const drive: Drive = { kind: "rocketchat", baseUrl: `https://${SERVER_NAMES.alv}`, fields: TOKEN };
  await connectHomeserver(scene, "alv", PEOPLE, drive);
};

/**
 * Has the first agency ask the third for trust, both approve, and answers with that agreement, or with what they have
 * between them already. It is in force when the Rocket.Chat has let go of the list before: within about a minute.
 */
export const agreeWithThird = async ({ seeded, as }: Scene): Promise<string> => {
  const { fv, alv } = seeded.agencies;
  const { items } = await as("astrid").get(`agreements?agency=${alv}`, AgreementPage);
  const [there] = items;
  if (there !== undefined) return there.id;
  const purpose = "Arbetslivsinriktad rehabilitering: handläggare stämmer av planer och möten i chatt.";
  const legalBasis = "6 § förvaltningslagen (2017:900)";
  const wish = { as: fv, partner: alv, purpose, legalBasis };
  const { id } = await as("astrid").post("trust-requests", wish, AgreementView);
  await decideAs({ as }, id, "bo", { as: fv, move: "endorse", diarienummer: "FV 2026/0452" });
  await decideAs({ as }, id, PEOPLE.approver, { as: alv, move: "accept", diarienummer: "ALV 2026-0663" });
  return id;
};
