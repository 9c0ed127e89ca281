import { problemPage } from "#lib/api/page.ts";

type Context = { readonly params: Promise<{ readonly code: string }> };

export const GET = async (_request: Request, { params }: Context): Promise<Response> =>
  problemPage((await params).code);
