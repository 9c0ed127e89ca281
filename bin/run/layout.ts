import { join, resolve } from "node:path";
import { folder } from "./home.ts";
import { type Separation, userFor } from "./users.ts";

/** The product's own folder: where it lies decides nothing but which code runs. */
export const ROOT = join(import.meta.dirname, "../..");

/** The state folder's parts. Other users may pass through it; each part is its owner's. */
export type Layout = {
  readonly home: string;
  readonly secrets: string;
  readonly keys: string;
  readonly log: string;
  readonly postgres: string;
};

/** Makes the state folder with the rights its users need. */
export const layOut = (home: string, separation: Separation): Layout => {
  const at = folder(resolve(ROOT, home), 0o755);
  return {
    home: at,
    secrets: folder(join(at, "secrets"), 0o700),
    // The web's user cannot even list it.
    keys: folder(join(at, "keys"), 0o700, userFor(separation, "worker")),
    log: folder(join(at, "log"), 0o700),
    postgres: join(at, "postgres"),
  };
};
