import { handleAuth } from "#lib/auth/handler.ts";

export const dynamic = "force-dynamic";
export const GET = (request: Request): Promise<Response> => handleAuth(request);
export const POST = (request: Request): Promise<Response> => handleAuth(request);
