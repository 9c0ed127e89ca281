import { settingsOrExit } from "#bin/run/start.ts";
import { migrate } from "#lib/data/migrate.ts";

/** `migrate`: for installations that start web and worker by themselves. */
export const migrateOnly = async (): Promise<number> => {
  const { databaseUrlOwner } = settingsOrExit();
  if (databaseUrlOwner === undefined) throw new Error("DATABASE_URL_OWNER: expected a value, none is set");
  const applied = await migrate(databaseUrlOwner);
  process.stdout.write(`${applied.length} migrations applied\n`);
  return 0;
};
