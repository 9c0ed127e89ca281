import pg from "pg";

export type Urls = { readonly owner: string; readonly web: string; readonly worker: string };
type Passwords = Readonly<Record<keyof Urls, string>>;

const NAMES = { owner: "tillit_owner", web: "tillit_web", worker: "tillit_worker" } as const satisfies Urls;

const withClient = async <T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
};

const putRole = async (client: pg.Client, name: string, password: string): Promise<void> => {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  const verb = rowCount === 0 ? "CREATE" : "ALTER";
  await client.query(`${verb} ROLE ${name} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD ${client.escapeLiteral(password)}`);
};

const urlFor = (adminUrl: string, user: string, password: string, database: string): string => {
  const url = new URL(adminUrl);
  url.username = user;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
};

/**
 * Makes the three roles and the database where they are missing, and sets the passwords given. Safe to repeat.
 *
 * @param adminUrl a connection that may create roles and databases
 * @returns a connection string for each role
 */
export const ensureRoles = (
  adminUrl: string,
  { database, passwords }: { readonly database: string; readonly passwords: Passwords },
): Promise<Urls> =>
  withClient(adminUrl, async (client) => {
    for (const role of ["owner", "web", "worker"] as const) await putRole(client, NAMES[role], passwords[role]);
    // A worker that was paused in the middle of a transaction loses its locks instead of holding everybody.
    await client.query(`ALTER ROLE ${NAMES.worker} SET idle_in_transaction_session_timeout = '10s'`);
    await client.query(`ALTER ROLE ${NAMES.worker} SET lock_timeout = '10s'`);
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)} OWNER ${NAMES.owner}`);
    const url = (role: keyof Urls): string => urlFor(adminUrl, NAMES[role], passwords[role], database);
    return { owner: url("owner"), web: url("web"), worker: url("worker") };
  });

/**
 * Why this connection may not serve as web or worker, or undefined where it may: as owner or superuser row-level
 * security would not hold.
 */
export const roleFault = (url: string): Promise<string | undefined> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; above: boolean; owns: boolean }>(
      `SELECT current_user AS name,
         EXISTS (SELECT FROM pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')) AS above,
         EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')) AS owns
       FROM pg_roles WHERE rolname = current_user`,
    );
    const role = rows[0];
    if (role === undefined) return "the role is unknown to the database";
    if (role.above) return `${role.name} is a superuser or bypasses row-level security`;
    return role.owns ? `${role.name} owns the tables` : undefined;
  });
