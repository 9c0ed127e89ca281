import { HOUR } from "#lib/domain/instant.ts";
import { log } from "#lib/platform/log.ts";
import { type MailerDeps, mailRound } from "./mailer.ts";
import { remind } from "./remind.ts";
import { type WebhookDeps, webhookRound } from "./webhooks.ts";

const MAIL_EVERY_MS = 3_000;
const WEBHOOKS_EVERY_MS = 2_000;

/** Runs `round` at once and again `every` ms after it ended, until stopped; what fails is logged and tried again. */
const repeat = (name: string, every: number, round: () => Promise<unknown>): { readonly stop: () => Promise<void> } => {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    try {
      await round();
    } catch (error) {
      log.warn({ err: error }, `${name} failed`);
    }
    if (!stopped)
      timer = setTimeout(() => {
        running = turn();
      }, every);
  };
  let running = turn();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};

/** What leaves the portal by itself: mail as it falls due, and hourly what time alone brings. */
export const startOutgoing = (deps: MailerDeps & WebhookDeps): { readonly stop: () => Promise<void> } => {
  const rounds = [
    repeat("mailing", MAIL_EVERY_MS, () => mailRound(deps)),
    repeat("calling webhooks", WEBHOOKS_EVERY_MS, () => webhookRound(deps)),
    repeat("reminding", HOUR, () => remind(deps.clock)),
  ];
  return {
    stop: async () => {
      await Promise.all(rounds.map(({ stop }) => stop()));
    },
  };
};
