import { parseArgs } from "node:util";
import { parsePublicId } from "#lib/domain/ids.ts";
import { printLink, setUpLink, type Whom } from "#lib/operations/sign-in-links.ts";

const USAGE = `usage: tillit sign-in-link --email ADDRESS | --person per_… | --set-up

Prints a one-time sign-in link on this terminal, for whoever runs the server to hand over. It holds for 15 minutes.
Each link stands in the audit log. --set-up prints the set-up link while the federation has no coordinator.
`;

const whomOf = (email: string | undefined, person: string | undefined): Whom | undefined => {
  if (email !== undefined && person === undefined) return { email };
  const id = person === undefined || email !== undefined ? undefined : parsePublicId("per", person);
  return id?.ok ? { person: id.value } : undefined;
};

const optionsOf = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: { email: { type: "string" }, person: { type: "string" }, "set-up": { type: "boolean" } },
    }).values;
  } catch {
    return undefined;
  }
};

/**
 * `tillit sign-in-link`: writes the link to standard output, the rest to standard error.
 *
 * @returns the exit status: 0, 1 where no single enabled person is meant (or set-up is over), 2 for wrong arguments
 */
export const signInLink = async (args: readonly string[]): Promise<number> => {
  const options = optionsOf(args);
  if (options?.["set-up"] === true) {
    const url = await setUpLink();
    process.stderr.write(url === undefined ? "The federation has been set up.\n" : "Holds for 24 hours, once:\n");
    if (url !== undefined) process.stdout.write(`${url}\n`);
    return url === undefined ? 1 : 0;
  }
  const whom = whomOf(options?.email, options?.person);
  if (whom === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const made = await printLink(whom);
  if (!made.ok) {
    process.stderr.write("No single enabled person is meant by that. Name the person by id: --person per_…\n");
    return 1;
  }
  process.stderr.write(`Holds for ${made.value.minutes} minutes, once:\n`);
  process.stdout.write(`${made.value.url}\n`);
  return 0;
};
