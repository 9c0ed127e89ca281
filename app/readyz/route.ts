import { readiness } from "#lib/api/readiness.ts";

export const dynamic = "force-dynamic";
export const GET = async (): Promise<Response> => {
  const state = await readiness();
  return Response.json(state, { status: state.ok ? 200 : 503, headers: { "cache-control": "no-store" } });
};
