import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { NetworksView, SetNetworks } from "#lib/contracts/networks.ts";
import { readNetworks, setNetworks } from "#lib/operations/networks.ts";

export const GET = defineRoute({
  summary: "From which networks it comes and where it is reached",
  params: idParam("hs"),
  output: NetworksView,
  scope: "directory:read",
  run: readNetworks,
});

export const PUT = defineRoute({
  summary: "Name its networks",
  params: idParam("hs"),
  body: SetNetworks,
  output: NetworksView,
  ifMatch: true,
  etag: ({ version }) => version,
  run: setNetworks,
});
