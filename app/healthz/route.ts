/** The process answers. Says nothing of its surroundings: see /readyz. */
export const dynamic = "force-dynamic";
export const GET = (): Response => Response.json({ ok: true }, { headers: { "cache-control": "no-store" } });
