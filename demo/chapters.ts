import { startCutWorld } from "./cut-world.ts";
import { startMattermostWorld } from "./mattermost-world.ts";
import { startMixedWorld } from "./mixed-world.ts";
import { startNginxWorld } from "./nginx-world.ts";
import type { Scene } from "./story.ts";
import type { Ground, WorldWish } from "./world.ts";

type Start = (wish: WorldWish) => Promise<Ground & Scene>;

/** The chapters of the mixed line, in their order: what stands on the other side of the Synapse. */
const TABLE = {
  rocketchat: startMixedWorld,
  mattermost: startMattermostWorld,
  nginx: startNginxWorld,
  cut: startCutWorld,
} as const satisfies Record<string, Start>;
export type Chapter = keyof typeof TABLE;
export const CHAPTERS: Readonly<Record<Chapter, Start>> = TABLE;

export const isChapter = (text: string): text is Chapter => Object.hasOwn(CHAPTERS, text);
export const CHAPTER_NAMES: readonly Chapter[] = Object.keys(TABLE).filter(isChapter);
