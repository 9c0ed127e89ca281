import { openApiDocument } from "#lib/api/openapi.ts";
import { apiPage } from "#lib/api/page.ts";
import { ROUTES } from "./v1/routes.ts";

export const GET = (): Response => apiPage(openApiDocument(ROUTES));
