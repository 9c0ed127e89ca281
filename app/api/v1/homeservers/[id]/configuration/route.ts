import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { ConfigurationView } from "#lib/contracts/homeservers.ts";
import { readConfiguration } from "#lib/operations/read-configuration.ts";

export const GET = defineRoute({
  summary: "The configuration to paste, with the root keys",
  params: idParam("hs"),
  output: ConfigurationView,
  scope: "directory:read",
  run: readConfiguration,
});
