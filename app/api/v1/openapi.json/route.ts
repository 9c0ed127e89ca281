import { openApiDocument } from "#lib/api/openapi.ts";
import { ROUTES } from "../routes.ts";

export const GET = (): Response =>
  Response.json(openApiDocument(ROUTES), {
    headers: { "cache-control": "no-cache", "x-content-type-options": "nosniff" },
  });
