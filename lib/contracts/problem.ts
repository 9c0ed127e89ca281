import { z } from "zod";

const Params = z.record(z.string(), z.union([z.string(), z.number()]));

/** RFC 9457 problem details. `code` is stable; `title` and `detail` are in the caller's language. */
export const Problem = z
  .object({
    type: z.string().meta({ examples: ["https://tillit.example/problems/stale_version"] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: "The trace id of the request, as a URN." }),
    code: z.string(),
    params: Params.optional(),
    fields: z
      .array(z.object({ path: z.string(), code: z.string(), detail: z.string(), params: Params.optional() }))
      .optional()
      .meta({ description: "Which inputs were at fault." }),
    link: z.string().optional().meta({ description: "A page of the portal where the reader gets further." }),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;
