import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { SayCut, SurroundingsView } from "#lib/contracts/surroundings.ts";
import { readNeighbours, sayCut } from "#lib/operations/surroundings.ts";

export const GET = defineRoute({
  summary: "With whom a homeserver shares rooms and traffic today",
  params: idParam("hs"),
  output: SurroundingsView,
  scope: "agreements:read",
  run: readNeighbours,
});

export const POST = defineRoute({
  summary: "Say that the traffic with one server may end",
  params: idParam("hs"),
  body: SayCut,
  output: SurroundingsView,
  run: sayCut,
});
