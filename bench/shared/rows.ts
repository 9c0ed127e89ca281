import type pg from "pg";

/** The rows of one table, by column. */
type Rows = {
  readonly table: string;
  readonly count: number;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly values: readonly unknown[] }[];
};

/** Every row of these tables, as it can be inserted again. */
export const copyOf = async (admin: pg.Client, tables: readonly string[]): Promise<readonly Rows[]> => {
  const copied: Rows[] = [];
  for (const table of tables) {
    const { rows: named } = await admin.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
      [table],
    );
    const asText = named.map(({ name }) => `${name}::text AS ${name}`).join(", ");
    const { rows } = await admin.query<Record<string, unknown>>(`SELECT ${asText} FROM ${table}`);
    const columns = named.map(({ name, type }) => ({ name, type, values: rows.map((row) => row[name]) }));
    copied.push({ table, count: rows.length, columns });
  }
  return copied;
};

/** Inserts the rows, a statement for each table, in one transaction. */
export const insertBare = async (admin: pg.Client, copied: readonly Rows[]): Promise<void> => {
  await admin.query("BEGIN");
  for (const { table, columns } of copied) {
    const names = columns.map(({ name }) => name).join(", ");
    // An array of arrays is no row of arrays: what is an array itself is read from its text.
    const cells = columns.map(({ name, type }) => (type.endsWith("[]") ? `${name}::${type}` : name)).join(", ");
    const given = columns.map(({ type }, at) => `$${at + 1}::${type.endsWith("[]") ? "text" : type}[]`).join(", ");
    const statement = `INSERT INTO ${table} (${names}) SELECT ${cells} FROM unnest(${given}) AS r (${names})`;
    await admin.query(
      statement,
      columns.map(({ values }) => values),
    );
  }
  await admin.query("COMMIT");
};

/** Empties these tables and all that refers to them, past what keeps the log from being emptied. */
export const emptied = async (admin: pg.Client, tables: readonly string[]): Promise<void> => {
  await admin.query("SET session_replication_role = replica");
  await admin.query(`TRUNCATE ${tables.join(", ")}, person, federation CASCADE`);
  await admin.query("SET session_replication_role = DEFAULT");
  // What a table that was emptied tells the planner is of the round before.
  await admin.query("ANALYZE");
};
