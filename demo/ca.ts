import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** An authority of one's own, in a folder. Its certificate is what the demo's servers and their readers trust. */
export type Authority = { readonly folder: string; readonly certFile: string; readonly pem: string };

export type ServerCertificate = { readonly certFile: string; readonly keyFile: string };

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, "certificates.py");

/**
 * The authority in `folder`, made if it is not there, with a certificate for each of the server names (and for
 * 127.0.0.1 and localhost, where the servers listen).
 *
 * @param python an interpreter that has the package `cryptography`, as any Synapse's has
 * @throws if the interpreter lacks it or the folder cannot be written
 */
export const createAuthority = async (
  folder: string,
  python: string,
  serverNames: readonly string[],
): Promise<Authority> => {
  await run(python, [SCRIPT, folder, ...serverNames]);
  const certFile = join(folder, "ca.pem");
  return { folder, certFile, pem: await readFile(certFile, "utf8") };
};

/** Where the certificate of one of the authority's servers lies. */
export const certificateOf = ({ folder }: Pick<Authority, "folder">, serverName: string): ServerCertificate => ({
  certFile: join(folder, `${serverName}.crt`),
  keyFile: join(folder, `${serverName}.key`),
});
