import { defineRoute } from "#lib/api/define-route.ts";
import { DecideApplication, DecidedApplication } from "#lib/contracts/applications.ts";
import { idParam } from "#lib/contracts/common.ts";
import { decideApplication } from "#lib/operations/applications.ts";

export const POST = defineRoute({
  summary: "Approve an application, which makes the agency, or refuse it with a reason",
  params: idParam("apl"),
  body: DecideApplication,
  output: DecidedApplication,
  replay: ({ application, invitation }) => ({
    application,
    invitation: invitation === null ? null : { ...invitation, url: null },
  }),
  run: decideApplication,
});
