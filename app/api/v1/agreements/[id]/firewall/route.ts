import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { FirewallView, TickFirewall } from "#lib/contracts/networks.ts";
import { readFirewall, tickFirewall } from "#lib/operations/firewall.ts";

export const GET = defineRoute({
  summary: "The firewall lines of both sides",
  params: idParam("agr"),
  output: FirewallView,
  scope: "agreements:read",
  run: readFirewall,
});

export const POST = defineRoute({
  summary: "Say that these lines are in force",
  params: idParam("agr"),
  body: TickFirewall,
  output: FirewallView,
  run: tickFirewall,
});
