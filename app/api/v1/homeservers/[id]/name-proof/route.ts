import { defineRoute } from "#lib/api/define-route.ts";
import { idParam } from "#lib/contracts/common.ts";
import { NameProofView } from "#lib/contracts/name-proof.ts";
import { askNameProof, readNameProof } from "#lib/operations/name-proof.ts";

export const GET = defineRoute({
  summary: "Whether a server's name is proven, and how to prove it",
  params: idParam("hs"),
  output: NameProofView,
  scope: "directory:read",
  run: readNameProof,
});

export const POST = defineRoute({
  summary: "Look for a server's token now",
  params: idParam("hs"),
  output: NameProofView,
  run: askNameProof,
});
