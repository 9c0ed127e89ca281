import { readSettings, type Settings } from "#lib/platform/env.ts";
import { endTogether } from "./ending.ts";
import { ensureKeys, layFoundation, type Say, setUpLink, startWeb, startWorker } from "./portal.ts";

/** Exit codes of sysexits.h: a wrong setting is the operator's to mend. */
const EX_CONFIG = 78;

/** The settings, or the list of everything wrong with them on the error stream. */
export const settingsOrExit = (): Settings => {
  const read = readSettings();
  if (read.ok) return read.value;
  process.stderr.write(`Settings at fault:\n${read.error.map((fault) => `  ${fault}\n`).join("")}`);
  process.exit(EX_CONFIG);
};

const say: Say = (line) => process.stdout.write(`${line}\n`);

/** `tillit start`: the portal without demo data, until it is told to end. */
export const start = async (): Promise<number> => {
  const settings = settingsOrExit();
  const ending = endTogether();
  const foundation = await layFoundation(settings, say);
  if (foundation.database !== undefined) ending.addGround(foundation.database);
  if (settings.federationId === undefined)
    say("TILLIT_FEDERATION_ID is not set: set-up and signing wait for it (a DNS-style name, never reused)");
  else await ensureKeys(foundation);
  const worker = startWorker(foundation);
  ending.add(worker);
  ending.add(await startWeb(foundation));
  say(`Tillit: ${foundation.baseUrl}`);
  const link = await setUpLink(foundation);
  if (link !== undefined) say(`Set-up, once, within 24 hours: ${link}`);
  const reason = await ending.over;
  say(`ended: ${reason}`);
  return reason.startsWith("SIG") || reason.startsWith("the launcher") ? 0 : 1;
};
