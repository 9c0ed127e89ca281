import { z } from "zod";
import { ROLES } from "#lib/domain/access.ts";
import { DIGEST_HOURS, HOWS, NOTICE_KINDS } from "#lib/domain/notices.ts";
import { AgencyRef, At, atInput, HomeserverRef, PersonRef, PublicId, page } from "./common.ts";

/** Something one was told: what happened, why it came to oneself, and whether anything is still to be done. */
export const NoticeView = z
  .object({
    id: PublicId("ntc"),
    kind: z.enum(NOTICE_KINDS),
    agency: AgencyRef.nullable().meta({ description: "For which of one's agencies." }),
    role: z.enum(ROLES).meta({ description: "By which role one was told." }),
    counterpart: AgencyRef.nullable(),
    homeserver: HomeserverRef.nullable(),
    page: z.string().meta({ description: "Where it is looked at or acted on." }),
    at: At,
    readAt: At.nullable(),
    settled: z
      .object({ at: At, by: PersonRef.nullable() })
      .nullable()
      .meta({ description: "Somebody has acted since: nothing waits here any more." }),
  })
  .meta({ id: "NoticeView" });
export type NoticeView = z.infer<typeof NoticeView>;

export const NoticePage = page(NoticeView)
  .extend({ unread: z.int().min(0) })
  .meta({ id: "NoticePage" });
export type NoticePage = z.infer<typeof NoticePage>;

/** Marks all that one was told up to a moment as read. */
export const ReadNotices = z.strictObject({ until: atInput }).meta({ id: "ReadNotices" });
export type ReadNotices = z.output<typeof ReadNotices>;

const Hows = z.partialRecord(z.enum(NOTICE_KINDS), z.enum(HOWS));
const Hour = z.int().min(DIGEST_HOURS.least).max(DIGEST_HOURS.most);

/** How one wants to be told by mail. A kind that is not named keeps its usual way. */
export const ChooseNotices = z.strictObject({ digestHour: Hour, how: Hows }).meta({ id: "ChooseNotices" });
export type ChooseNotices = z.output<typeof ChooseNotices>;

export const NoticeChoicesView = z
  .object({
    digestHour: Hour.meta({ description: "Hour of the gathered mail, Europe/Stockholm." }),
    kinds: z.array(
      z.object({
        kind: z.enum(NOTICE_KINDS),
        how: z.enum(HOWS),
        usual: z.enum(HOWS),
        mandatory: z.boolean().meta({ description: "It cannot be put away: `none` is mailed gathered." }),
      }),
    ),
  })
  .meta({ id: "NoticeChoicesView" });
export type NoticeChoicesView = z.infer<typeof NoticeChoicesView>;
