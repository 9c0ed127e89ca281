import { z } from "zod";
import { parseServerName } from "#lib/domain/server-name.ts";
import { NEIGHBOUR_STATES } from "#lib/domain/surroundings.ts";
import { AgencyRef, At, fault, HomeserverRef, PersonRef, text } from "./common.ts";

const count = z.int().nonnegative();

/** One server with which rooms or traffic are shared today; people are those joined to a shared room. */
export const NeighbourView = z.object({
  serverName: z.string(),
  rooms: count,
  theirs: count,
  ours: count,
  receivedAt: At.nullable().meta({ description: "When something of theirs last came in, as far as the server knows." }),
  failingSince: At.nullable(),
  state: z.enum(NEIGHBOUR_STATES).meta({ description: "What becomes of it when the list is enforced." }),
  homeserver: HomeserverRef.nullable().meta({ description: "The member's homeserver of that name." }),
  agencies: z.array(AgencyRef),
  cut: z.object({ by: PersonRef, reason: z.string(), at: At }).nullable(),
});
export type NeighbourView = z.infer<typeof NeighbourView>;

/** With whom a homeserver shares rooms and traffic, for its own agencies. */
export const SurroundingsView = z
  .object({
    askedAt: At.nullable(),
    at: At.nullable().meta({ description: "When the server last answered." }),
    code: z.string().nullable().meta({ description: "Why it did not answer when last asked." }),
    more: z.boolean().meta({ description: "Whether there are more servers than one answer holds." }),
    neighbours: z.array(NeighbourView),
    cutting: z
      .object({ servers: count, rooms: count, ours: count })
      .meta({ description: "What enforcing the list as it is would cut." }),
    list: z.array(z.string()).meta({ description: "The names that the list opens when it is enforced." }),
    mayCut: z.boolean(),
    mayAsk: z.array(AgencyRef).meta({ description: "Agencies for which the reader may ask for trust." }),
  })
  .meta({ id: "SurroundingsView" });
export type SurroundingsView = z.infer<typeof SurroundingsView>;

const serverName = z
  .string()
  .max(255)
  .transform((given, ctx) => {
    const name = parseServerName(given);
    return name.ok ? name.value : fault(ctx, "invalid_server_name");
  });

/** Says that the traffic with that server may end when the list is enforced. */
export const SayCut = z.strictObject({ serverName, reason: text(1_000) }).meta({ id: "SayCut" });
export type SayCut = z.output<typeof SayCut>;

/** Who else sits in the rooms that one of the reader's servers shares with the other side. */
export const ExposureView = z
  .object({
    servers: z.array(
      z.object({
        own: HomeserverRef,
        partner: HomeserverRef,
        at: At,
        rooms: count,
        ours: count,
        theirs: count,
        third: z.array(
          z.object({
            serverName: z.string(),
            rooms: count,
            people: count,
            agreed: z.boolean().meta({ description: "Whether the own server's list opens it." }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: "ExposureView" });
export type ExposureView = z.infer<typeof ExposureView>;
