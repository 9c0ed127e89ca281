import type { ContentInput } from "#lib/contracts/terms.ts";
import { ceilingOf } from "#lib/domain/classification.ts";
import { type Refusal, refusal } from "#lib/domain/errors.ts";
import { type Instant, instant } from "#lib/domain/instant.ts";
import { err, ok, type Result } from "#lib/domain/result.ts";
import { type Content, trialEnd } from "#lib/domain/terms.ts";

type Wished = {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly content?: ContentInput | undefined;
};
type Judged<W> = Omit<W, "content"> & { readonly content: Content | undefined };

const at = (path: string, code: "end_before_start" | "trial_too_long") => refusal(code, { fields: [{ path, code }] });

const datesOf = ({ start, end, content }: Wished, now: Instant): Result<{ end?: number }, Refusal> => {
  if (end !== undefined && end <= Math.max(start ?? 0, now)) return err(at("end", "end_before_start"));
  if (content?.trial !== true) return ok(end === undefined ? {} : { end });
  const last = trialEnd(start === undefined ? undefined : instant(start), now);
  return end !== undefined && end > last ? err(at("end", "trial_too_long")) : ok({ end: end ?? last });
};

/**
 * The content that was asked for, judged: a ceiling that may not be spoken of in a federated chat is refused, the dates
 * must follow each other, and a trial is given its end.
 */
export const contentWished = <W extends Wished>(wish: W, now: Instant): Result<Judged<W>, Refusal> => {
  const dates = datesOf(wish, now);
  if (!dates.ok) return dates;
  const { content, ...rest } = wish;
  // Saying nothing is no content: the terms keep the form, and the digest, that they have without it.
  if (content === undefined || Object.keys(content).length === 0)
    return ok({ ...rest, ...dates.value, content: undefined });
  const { ceiling: named, ...said } = content;
  if (named === undefined) return ok({ ...rest, ...dates.value, content: said });
  const ceiling = ceilingOf(named);
  if (!ceiling.ok) return err(refusal(ceiling.error, { fields: [{ path: "content.ceiling", code: ceiling.error }] }));
  return ok({ ...rest, ...dates.value, content: { ...said, ceiling: ceiling.value } });
};
