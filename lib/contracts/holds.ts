import { z } from "zod";
import { BRAKE_REASONS } from "#lib/domain/brake.ts";
import { MODES, ON_STALE } from "#lib/domain/directory.ts";
import { DRIFT_ENDINGS, DRIFT_KINDS } from "#lib/domain/statuses.ts";
import { At, atInput, HomeserverRef, serverNameInput, text, Version } from "./common.ts";

/** What the brake holds of a homeserver's next list: why, since when, and the whole difference by name. */
export const HeldView = z.object({
  why: z.enum(BRAKE_REASONS),
  names: z.array(z.string()).meta({ description: "The names that nothing in the record explains." }),
  add: z.array(z.string()),
  remove: z.array(z.string()),
  before: z.array(z.string()).meta({ description: "The last signed list." }),
  after: z.array(z.string()).meta({ description: "What it would be once released." }),
  digest: z.string().meta({ description: "Of exactly this plan; a release is bound to it." }),
  since: At,
  releasedAt: At.nullable().meta({ description: "Let through already, and on its way." }),
});
export type HeldView = z.infer<typeof HeldView>;

export const HoldView = z
  .object({
    homeserver: HomeserverRef,
    held: HeldView.nullable(),
    mayRelease: z.boolean(),
    version: Version.meta({ description: "The homeserver's." }),
  })
  .meta({ id: "HoldView" });
export type HoldView = z.infer<typeof HoldView>;

/** Lets a held list through. `digest` is that of the difference as it was shown. */
export const ReleaseList = z.strictObject({ digest: text(100), reason: text(2_000) }).meta({ id: "ReleaseList" });
export type ReleaseList = z.output<typeof ReleaseList>;

/** A name that the server was found to let in, or to shut, otherwise than its list says. */
export const DriftView = z.object({
  server: z.string(),
  kind: z.enum(DRIFT_KINDS),
  foundAt: At,
  endedAt: At.nullable(),
  ending: z.enum(DRIFT_ENDINGS).nullable(),
  putBackAt: At.nullable().meta({ description: "An approver let it back in, and it is on its way." }),
});
export type DriftView = z.infer<typeof DriftView>;

export const DriftList = z
  .object({
    homeserver: HomeserverRef,
    items: z.array(DriftView).meta({ description: "Open findings first, then the newest; at most 100." }),
    mayPutBack: z.boolean(),
    version: Version.meta({ description: "The homeserver's." }),
  })
  .meta({ id: "DriftList" });
export type DriftList = z.infer<typeof DriftList>;

/** Lets a name back in that was shut at the server. `foundAt` is that of the finding as it was shown. */
export const PutBack = z
  .strictObject({ server: serverNameInput, foundAt: atInput, reason: text(2_000) })
  .meta({ id: "PutBack" });
export type PutBack = z.output<typeof PutBack>;

/** What a roll-back to the list before would change, by name; it only ever takes away. */
export const RollBackView = z
  .object({
    homeserver: HomeserverRef,
    step: z
      .object({
        current: z.object({ epoch: z.int(), version: z.int() }),
        before: z.object({ epoch: z.int(), version: z.int(), issuedAt: At }),
        remove: z
          .array(z.string())
          .meta({ description: "Shut by the roll-back, until an approver lets each back in." }),
        after: z.array(z.string()).meta({ description: "What is let in afterwards." }),
        notReopened: z
          .array(z.string())
          .meta({ description: "On the list before, and not let in now: they stay shut." }),
        mode: z.enum(MODES).meta({ description: "What the homeserver does afterwards." }),
        digest: z.string().meta({ description: "Of exactly this step; a roll-back is bound to it." }),
      })
      .nullable()
      .meta({ description: "Null where there is no earlier list to go back to." }),
    mayRollBack: z.boolean(),
    version: Version.meta({ description: "The homeserver's." }),
  })
  .meta({ id: "RollBackView" });
export type RollBackView = z.infer<typeof RollBackView>;

/** Goes back to the list before. `digest` is that of the step as it was shown. */
export const RollBack = z.strictObject({ digest: text(100), reason: text(2_000) }).meta({ id: "RollBack" });
export type RollBack = z.output<typeof RollBack>;

/** What the homeserver is to do when its list has grown stale. */
export const SetOnStale = z.strictObject({ onStale: z.enum(ON_STALE) }).meta({ id: "SetOnStale" });
export type SetOnStale = z.output<typeof SetOnStale>;
